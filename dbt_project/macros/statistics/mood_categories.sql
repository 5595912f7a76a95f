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
