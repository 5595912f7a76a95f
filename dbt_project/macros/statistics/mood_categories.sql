{# The values of mood_category, see the macro of that name. #}
{% macro mood_categories() -%}
    {{ return(["Happy_Energetic", "Happy_Calm", "Sad_Energetic", "Sad_Calm", "Neutral"]) }}
{%- endmacro %}
