{# Share of a group's plays whose audio features were measured, 0 to 1; NULL for an empty group. #}
{% macro measured_share() -%} avg(case when is_measured then 1e0 else 0e0 end) {%- endmacro %}

{# Means of audio features, each followed by a comma: over measured plays (avg_...) and over all plays with a
   value, stand-ins included (avg_..._with_synthetic). #}
{% macro feature_averages(features) -%}
    {%- for feature in features %}
    avg(case when is_measured then {{ feature }} end) as avg_{{ feature }},
    avg({{ feature }}) as avg_{{ feature }}_with_synthetic,
    {%- endfor %}
{%- endmacro %}

{# The columns feature_averages makes, out of `relation`, each followed by a comma. #}
{% macro feature_average_columns(relation, features) -%}
    {%- for feature in features %}
    {{ relation }}.avg_{{ feature }},
    {{ relation }}.avg_{{ feature }}_with_synthetic,
    {%- endfor %}
{%- endmacro %}
