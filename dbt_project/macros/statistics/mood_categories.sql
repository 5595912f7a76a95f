{# The values of mood_category, see the macro of that name. #}
{% macro mood_categories() -%}
    {{ return(["Happy_Energetic", "Happy_Calm", "Sad_Energetic", "Sad_Calm", "Neutral"]) }}
{%- endmacro %}

{# Small, Medium or Large: how far two plays are apart in valence and energy, by vars mood_shift_medium and
   mood_shift_large; NULL where there is no play to compare with. #}
{% macro shift_magnitude(valence_change, energy_change) -%}
    {%- set distance = (
        "sqrt(" ~ valence_change ~ " * " ~ valence_change ~ " + " ~ energy_change ~ " * " ~ energy_change ~ ")"
    ) -%}
    case
        when {{ distance }} >= {{ var("mood_shift_large") }} then 'Large'
        when {{ distance }} >= {{ var("mood_shift_medium") }} then 'Medium'
        when {{ distance }} is not null then 'Small'
    end
{%- endmacro %}

{# The values of shift_magnitude as rows. #}
{% macro shift_magnitudes() -%} (values ('Small'), ('Medium'), ('Large')) as magnitudes (shift_magnitude) {%- endmacro %}

{# All sequences of mood categories of a length, each a list. #}
{% macro mood_words(length) -%}
    {%- set words = [[]] -%}
    {%- for _ in range(length) -%}
        {%- set longer = [] -%}
        {%- for word in words -%}
            {%- for mood in mood_categories() -%} {%- do longer.append(word + [mood]) -%} {%- endfor -%}
        {%- endfor -%}
        {%- do words.clear() -%}
        {%- do words.extend(longer) -%}
    {%- endfor -%}
    {{ return(words) }}
{%- endmacro %}

{# Habits that are compared with the own past, columns of silver.weekly_listening and weekly_regularity. #}
{% macro habit_metrics() -%}
    {{
        return(
            [
                "novelty", "repetition", "effective_tracks", "skip_share", "regularity", "midpoint",
                "concentration",
            ]
        )
    }}
{%- endmacro %}

{# A name for the way somebody listens now. The bounds are plain numbers, not those of other people: mostly new
   music from a novelty of .4 on, a small circle of tracks from a repetition of .4 on, a wide one from 45 effective
   tracks of 50 plays on. #}
{% macro archetype(novelty, repetition, effective_tracks) -%}
    case
        when {{ repetition }} is null then null
        when {{ novelty }} >= 0.4 and {{ repetition }} < 0.4 then 'explorer'
        when {{ repetition }} >= 0.4 then 'repeater'
        when {{ effective_tracks }} >= 45 then 'wanderer'
        else 'mixer'
    end
{%- endmacro %}

{# All sequences of two and three mood categories as rows: pattern_length, pattern, prefix (all but the last), from_mood
   and to_mood. #}
{% macro mood_patterns() -%}
    select pattern_length, pattern, prefix, from_mood, to_mood
    from
        (
            values
                {% for word in mood_words(2) + mood_words(3) -%}
                (
                    {{ word | length }}, '{{ word | join(" > ") }}', '{{ word[:-1] | join(" > ") }}',
                    '{{ word[0] }}', '{{ word[-1] }}'
                ){{ ", " if not loop.last }}
                {%- endfor %}
        ) as patterns (pattern_length, pattern, prefix, from_mood, to_mood)
{%- endmacro %}

{# Why a pattern is not tested, in words; NULL where it is. #}
{% macro too_rare(expected, std_dev) -%}
    {%- set gate = var("gate_transition_occurrences") -%}
    case
        when {{ expected }} < {{ gate }}
        then 'needs {{ gate }} by chance, has ' || cast(round({{ expected }}, 1) as string)
        when {{ std_dev }} is null
        then 'every order gives the same'
    end
{%- endmacro %}

{# Words for the middle of a zone by the thresholds of mood_category; a middle between them has no word, so that what
   lies in between both ways is 'in between'. #}
{% macro zone_name(valence, energy) -%}
    {%- set words = {valence: ["bright", "dark"], energy: ["energetic", "calm"]} -%}
    coalesce(
        nullif(
            concat_ws(
                ' and ',
                {% for value, (high, low) in words.items() -%}
                case
                    when {{ value }} >= {{ var("mood_high") }} then '{{ high }}'
                    when {{ value }} < {{ var("mood_low") }} then '{{ low }}'
                end {{- ", " if not loop.last }}
                {%- endfor %}
            ),
            ''
        ),
        'in between'
    )
{%- endmacro %}
