{# Two-sided 95 % quantile of Student's t, fitted to 7e-9 for df >= 3; NULL below. #}
{% macro t_quantile(df) -%}
    {%- set coefficients = [
        1.21036541,
        0.707540276,
        0.153069032,
        -0.241929629,
        -0.036195067,
        0.087388124,
    ] -%}
    case
        when {{ df }} >= 3
        then
            1.959963984540054e0 * exp(
                {% for c in coefficients %}({{ "%.9e" | format(c) }} + {% endfor %} 0
                {%- for c in coefficients %}) / {{ df }}{% endfor %}
            )
    end
{%- endmacro %}

{# Mean of the values under `y` (sums of value times weight) by `w` (sums of weights), one row per session. #}
{% macro cluster_mean(y, w) -%} sum({{ y }}) / nullif(sum({{ w }}), 0) {%- endmacro %}

{# Sessions that bring weight to a cluster mean. #}
{% macro cluster_count(w) -%} count(case when {{ w }} > 0 then 1 end) {%- endmacro %}

{# Half of the 95 % interval around `cluster_mean`, from the spread of the sessions' residuals y - mean * w. #}
{% macro cluster_ci(y, w) -%}
    {%- set n = cluster_count(w) -%}
    {%- set mean = "(" ~ cluster_mean(y, w) ~ ")" -%}
    case
        when {{ n }} >= {{ var("gate_interval_sessions") }}
        then
            {{ t_quantile("(" ~ n ~ " - 1)") }} * sqrt(
                {{ n }} / nullif({{ n }} - 1e0, 0) * greatest(
                    0e0,
                    sum({{ y }} * {{ y }})
                    - 2 * {{ mean }} * sum({{ y }} * {{ w }})
                    + {{ mean }} * {{ mean }} * sum({{ w }} * {{ w }})
                )
            ) / nullif(sum({{ w }}), 0)
    end
{%- endmacro %}

{# Why an interval is NULL: in words, NULL where there are sessions enough. #}
{% macro too_few_sessions(n_sessions) -%}
    case
        when coalesce({{ n_sessions }}, 0) < {{ var("gate_interval_sessions") }}
        then
            'needs {{ var("gate_interval_sessions") }} sessions, has '
            || cast(coalesce({{ n_sessions }}, 0) as string)
    end
{%- endmacro %}

{# An end ('low' or 'high') of the interval around a share, kept within 0 and 1; NULL where there is none. #}
{% macro share_bound(share, half_width, side) -%}
    case
        when {{ half_width }} is not null
        then
            {%- if side == "low" %} greatest(0e0, {{ share }} - {{ half_width }})
            {%- else %} least(1e0, {{ share }} + {{ half_width }})
            {%- endif %}
    end
{%- endmacro %}
