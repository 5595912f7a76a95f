{%- macro mood_category(valence, energy) -%}
    case
        when {{ valence }} is null or {{ energy }} is null then null
        when {{ valence }} >= {{ var("mood_high") }} and {{ energy }} >= {{ var("mood_high") }} then 'Happy_Energetic'
        when {{ valence }} >= {{ var("mood_high") }} and {{ energy }} < {{ var("mood_low") }} then 'Happy_Calm'
        when {{ valence }} < {{ var("mood_low") }} and {{ energy }} >= {{ var("mood_high") }} then 'Sad_Energetic'
        when {{ valence }} < {{ var("mood_low") }} and {{ energy }} < {{ var("mood_low") }} then 'Sad_Calm'
        else 'Neutral'
    end
{%- endmacro -%}

{%- macro mood_quadrant(valence, energy) -%}
    case
        when {{ valence }} is null or {{ energy }} is null then null
        when {{ energy }} >= 0.5 then case when {{ valence }} >= 0.5 then 'happy' else 'tense' end
        when {{ valence }} >= 0.5 then 'calm'
        else 'sad'
    end
{%- endmacro -%}

{%- macro mood_angle(valence, energy) -%}
    (degrees(atan2({{ energy }} - 0.5, {{ valence }} - 0.5)) + 360) % 360
{%- endmacro -%}

{%- macro mood_intensity(valence, energy) -%}
    sqrt(
        (({{ valence }} - 0.5) * ({{ valence }} - 0.5) + ({{ energy }} - 0.5) * ({{ energy }} - 0.5)) * 2
    )
{%- endmacro -%}
