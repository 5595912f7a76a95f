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

{# Half of the 95 % interval around `cluster_mean`, from the spread of the sessions' residuals y - mean * w. NULL under
   the gate, and where all sessions are alike: an interval without a width would claim to know all. #}
{% macro cluster_ci(y, w) -%}
    {%- set n = cluster_count(w) -%}
    {%- set mean = "(" ~ cluster_mean(y, w) ~ ")" -%}
    {%- set spread -%}
    (
        sum({{ y }} * {{ y }})
        - 2 * {{ mean }} * sum({{ y }} * {{ w }})
        + {{ mean }} * {{ mean }} * sum({{ w }} * {{ w }})
    )
    {%- endset -%}
    case
        when {{ n }} >= {{ var("gate_interval_sessions") }} and {{ spread }} > 1e-12 * sum({{ y }} * {{ y }})
        then
            {{ t_quantile("(" ~ n ~ " - 1)") }}
            * sqrt({{ n }} / nullif({{ n }} - 1e0, 0) * greatest(0e0, {{ spread }}))
            / nullif(sum({{ w }}), 0)
    end
{%- endmacro %}

{# Why an interval is NULL: in words, NULL where there is one. Without `half_width` only sessions are asked for. #}
{% macro too_few_sessions(n_sessions, half_width=none) -%}
    case
        when coalesce({{ n_sessions }}, 0) < {{ var("gate_interval_sessions") }}
        then
            'needs {{ var("gate_interval_sessions") }} sessions, has '
            || cast(coalesce({{ n_sessions }}, 0) as string)
        {%- if half_width %}
        when {{ half_width }} is null
        then 'all sessions are alike'
        {%- endif %}
    end
{%- endmacro %}

{# An end ('low' or 'high') of the 95 % interval around a share of n sessions, by Wilson: from the half width that the
   sessions' spread gives, or, where all are alike, as if each was one draw. It stays within 0 and 1 and is never a
   point: 24 sessions out of 24 mean .85 to 1. NULL under the gate. #}
{% macro share_bound(share, half_width, n, side) -%}
    {%- set variance = share ~ " * (1 - " ~ share ~ ")" -%}
    {%- set draw -%}
    coalesce(
        {{ half_width }} * {{ half_width }} / nullif({{ variance }}, 0),
        power({{ t_quantile("(" ~ n ~ " - 1)") }}, 2) / nullif({{ n }}, 0)
    )
    {%- endset -%}
    case
        when {{ n }} >= {{ var("gate_interval_sessions") }} and {{ share }} between 0 and 1
        then
            (
                {{ share }}
                + {{ draw }} / 2 {{ "-" if side == "low" else "+" }} sqrt(
                    {{ draw }} * {{ variance }} + {{ draw }} * {{ draw }} / 4
                )
            )
            / (1 + {{ draw }})
    end
{%- endmacro %}
