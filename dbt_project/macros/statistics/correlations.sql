{# Pearson's r of the rows that have both values; NULL where one of the two hardly varies, because the variance
   is rounding noise there and r could be anything. #}
{% macro pearson(x, y) -%}
    {%- set sxx = "regr_sxx(" ~ y ~ ", " ~ x ~ ")" -%}
    {%- set syy = "regr_syy(" ~ y ~ ", " ~ x ~ ")" -%}
    {%- set n = "regr_count(" ~ y ~ ", " ~ x ~ ")" -%}
    case
        when
            {{ varies(sxx ~ " / nullif(" ~ n ~ ", 0)", "regr_avgx(" ~ y ~ ", " ~ x ~ ")") }}
            and {{ varies(syy ~ " / nullif(" ~ n ~ ", 0)", "regr_avgy(" ~ y ~ ", " ~ x ~ ")") }}
        then
            greatest(-1e0, least(1e0, regr_sxy({{ y }}, {{ x }}) / nullif(sqrt({{ sxx }} * {{ syy }}), 0)))
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

{# All pairs of features that have a mean, each as [first, second] in the order of the alphabet. #}
{% macro feature_pairs() -%}
    {%- set names = continuous_features() | sort -%}
    {%- set pairs = [] -%}
    {%- for a in names -%}
        {%- for b in names if b > a -%} {%- do pairs.append([a, b]) -%} {%- endfor -%}
    {%- endfor -%}
    {{ return(pairs) }}
{%- endmacro %}

{# Sum over clusters of their squared share in r, which is the sum of zx zy - r (zx squared + zy squared) / 2 over the
   units of a cluster: over all it is 0, and how much it varies between clusters says how exact r is. #}
{% macro spread_of_r(product, square, r) -%}
    sum({{ product }} * {{ product }})
    - 2 * {{ r }} * sum({{ product }} * {{ square }})
    + {{ r }} * {{ r }} * sum({{ square }} * {{ square }})
{%- endmacro %}

{# Correlation of units that come in clusters (tracks of artists), from any_r: r, n_effective, t_value, df.
   n_effective independent units would give the standard error that the clusters' shares in r have; at most n.
   NULL under the gates. `spread` is what spread_of_r gave. Columns; the last without a comma. #}
{% macro clustered_correlation(n, clusters, spread) -%}
    case
        when
            {{ n }} >= {{ var("gate_tracks") }}
            and {{ clusters }} >= {{ var("gate_artists") }}
        then any_r
    end as r,
    case
        when r between -1 and 1 and {{ varies(spread, n) }}
        then
            least(
                {{ n }},
                3 + power((1 - r * r) * {{ n }}, 2)
                / nullif({{ spread }} * {{ clusters }} / nullif({{ clusters }} - 1e0, 0), 0)
            )
    end as n_effective,
    case
        when n_effective > 3
        then atanh(greatest(-0.9999999e0, least(0.9999999e0, r))) * sqrt(n_effective - 3)
    end as t_value,
    case when n_effective > 3 then {{ clusters }} - 1 end as df
{%- endmacro %}

{# Words for the size of a correlation, by the usual bounds of .1, .3 and .5. #}
{% macro strength(r) -%}
    case
        when abs({{ r }}) < 0.1 then 'none'
        when abs({{ r }}) < 0.3 then 'weak'
        when abs({{ r }}) < 0.5 then 'moderate'
        when {{ r }} is not null then 'strong'
    end
{%- endmacro %}

{# Why a correlation is NULL, in words; NULL where there is one. #}
{% macro too_few_to_correlate(n_tracks, n_artists, r) -%}
    {%- set tracks = var("gate_tracks") -%}
    {%- set artists = var("gate_artists") -%}
    case
        when coalesce({{ n_tracks }}, 0) < {{ tracks }}
        then 'needs {{ tracks }} measured tracks, has ' || cast(coalesce({{ n_tracks }}, 0) as string)
        when {{ n_artists }} < {{ artists }}
        then 'needs {{ artists }} artists, has ' || cast({{ n_artists }} as string)
        when {{ r }} is null then 'all values are the same'
    end
{%- endmacro %}

{# A value in standard deviations from its mean within a group; 0 where it hardly varies. #}
{% macro standardised(value, family) -%}
    case
        when
            {{
                varies(
                    "var_pop(" ~ value ~ ") over (partition by " ~ family ~ ")",
                    "avg(" ~ value ~ ") over (partition by " ~ family ~ ")",
                )
            }}
        then
            ({{ value }} - avg({{ value }}) over (partition by {{ family }}))
            / nullif(stddev_pop({{ value }}) over (partition by {{ family }}), 0)
        when {{ value }} is not null
        then 0e0
    end
{%- endmacro %}
