{# Pearson's r of the rows that have both values; NULL where one of the two hardly varies, because the variance
   is rounding noise there and r could be anything. #}
{% macro pearson(x, y) -%}
    {%- set sxx = "regr_sxx(" ~ y ~ ", " ~ x ~ ")" -%}
    {%- set syy = "regr_syy(" ~ y ~ ", " ~ x ~ ")" -%}
    {%- set n = "regr_count(" ~ y ~ ", " ~ x ~ ")" -%}
    case
        when
            {{ sxx }} > 1e-18 * {{ n }} * power(regr_avgx({{ y }}, {{ x }}), 2)
            and {{ syy }} > 1e-18 * {{ n }} * power(regr_avgy({{ y }}, {{ x }}), 2)
        then
            greatest(-1e0, least(1e0, regr_sxy({{ y }}, {{ x }}) / nullif(sqrt({{ sxx }} * {{ syy }}), 0)))
    end
{%- endmacro %}

{# Student's t of a correlation over n units; df is n - 2. #}
{% macro correlation_t(r, n) -%}
    case
        when {{ r }} between -1 and 1 and {{ n }} > 2
        then {{ r }} * sqrt(greatest({{ n }} - 2e0, 0e0) / greatest(1e0 - {{ r }} * {{ r }}, 1e-15))
    end
{%- endmacro %}

{# An end ('low' or 'high') of the 95 % interval of a correlation over n units, by Fisher's z. #}
{% macro fisher_bound(r, n, side) -%}
    case
        when {{ r }} between -1 and 1 and {{ n }} > 3
        then
            tanh(
                atanh(greatest(-0.9999999e0, least(0.9999999e0, {{ r }})))
                {{ "-" if side == "low" else "+" }} 1.959963984540054e0 / nullif(sqrt(greatest({{ n }} - 3e0, 0e0)), 0)
            )
    end
{%- endmacro %}

{# Rank from 1 within a group; equal values share the mean of their ranks. NULL values rank last. #}
{% macro avg_rank(x, family) -%}
    rank() over (partition by {{ family }} order by {{ x }} nulls last)
    + (count(*) over (partition by {{ family }}, {{ x }}) - 1) / 2e0
{%- endmacro %}
