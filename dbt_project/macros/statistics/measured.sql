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

{# A query for each listener's share of measured rows and whether the listener is simulated. #}
{% macro listeners_measured(relation) -%}
    select listener_id, {{ measured_share() }} as measured_share, bool_or(is_simulated) as is_simulated
    from {{ relation }}
    group by listener_id
{%- endmacro %}

{# The same from sessions with the counts of their plays. #}
{% macro listeners_of_sessions(sessions) -%}
    select
        listener_id,
        {{ share("sum(n_measured)", "sum(n_plays)") }} as measured_share,
        bool_or(is_simulated) as is_simulated
    from {{ sessions }}
    group by listener_id
{%- endmacro %}

{# Sample standard deviation; NULL for fewer than two values, on every engine. #}
{% macro std_dev(value) -%} case when count({{ value }}) > 1 then stddev_samp({{ value }}) end {%- endmacro %}
