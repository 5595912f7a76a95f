{# Number, mean and standard deviation of `value` where `is_first` holds and where it does not, for `welch`:
   columns n_, mean_ and std_dev_ with the names of the two groups, each after `prefix` and followed by a comma. #}
{% macro group_moments(value, is_first, first, second, prefix="") -%}
    {%- for group, condition in {first: is_first, second: "not " ~ is_first}.items() %}
    count({{ value }}) filter (where {{ condition }}) as {{ prefix }}n_{{ group }},
    avg({{ value }}) filter (where {{ condition }}) as {{ prefix }}mean_{{ group }},
    case
        when count({{ value }}) filter (where {{ condition }}) > 1
        then stddev_samp({{ value }}) filter (where {{ condition }})
    end as {{ prefix }}std_dev_{{ group }},
    {%- endfor %}
{%- endmacro %}

{# Welch's comparison of two groups from their n_, mean_ and std_dev_ columns: difference (first minus second),
   ci_low, ci_high, t_value, df, hedges_g with g_ci_low and g_ci_high. NULL where a group is smaller than `gate` or
   nothing varies. The interval of g is the normal approximation (6e-3 off the exact one at 30 a group, and less with
   more). Columns; the last without a comma. Its p is two_sided_p_t of t_value and df in a step of its own: within the same select every use of the two
   would be written out, and planning that takes longer than all else. #}
{% macro welch(first, second, gate) -%}
    {%- set squares = {} -%}
    {%- for group in (first, second) -%}
        {%- do squares.update({group: "std_dev_" ~ group ~ " * std_dev_" ~ group}) -%}
    {%- endfor -%}
    {%- set gated -%}
    case
        when
            n_{{ first }} >= {{ gate }}
            and n_{{ second }} >= {{ gate }}
            and (
                {{ varies(squares[first], "mean_" ~ first) }}
                or {{ varies(squares[second], "mean_" ~ second) }}
            )
    {%- endset %}
    {{ gated }} then mean_{{ first }} - mean_{{ second }} end as difference,
    {{ squares[first] }} / nullif(n_{{ first }}, 0) as first_se2,
    {{ squares[second] }} / nullif(n_{{ second }}, 0) as second_se2,
    (first_se2 + second_se2) * (first_se2 + second_se2) / nullif(
        first_se2 * first_se2 / nullif(n_{{ first }} - 1e0, 0)
        + second_se2 * second_se2 / nullif(n_{{ second }} - 1e0, 0),
        0
    ) as df,
    sqrt(first_se2 + second_se2) as standard_error,
    difference / nullif(standard_error, 0) as t_value,
    difference - {{ t_quantile("df") }} * standard_error as ci_low,
    difference + {{ t_quantile("df") }} * standard_error as ci_high,
    difference / nullif(
        sqrt(
            ((n_{{ first }} - 1) * {{ squares[first] }} + (n_{{ second }} - 1) * {{ squares[second] }})
            / nullif(n_{{ first }} + n_{{ second }} - 2e0, 0)
        ),
        0
    ) * (1 - 3 / nullif(4e0 * (n_{{ first }} + n_{{ second }} - 2) - 1, 0)) as hedges_g,
    1.959963984540054e0 * sqrt(
        (n_{{ first }} + n_{{ second }}) / nullif(cast(n_{{ first }} as double) * n_{{ second }}, 0)
        + hedges_g * hedges_g / nullif(2e0 * (n_{{ first }} + n_{{ second }}), 0)
    ) as g_half_width,
    hedges_g - g_half_width as g_ci_low,
    hedges_g + g_half_width as g_ci_high
{%- endmacro %}

{# Why a comparison is NULL, in words; NULL where there is one. `units` names what is counted,
   `compared` the column of the comparison. #}
{% macro too_few_to_compare(first, second, gate, units, compared="difference") -%}
    case
        when n_{{ first }} < {{ gate }} or n_{{ second }} < {{ gate }}
        then
            'needs {{ gate }} {{ units }} on each side, has ' || cast(n_{{ first }} as string)
            || ' and ' || cast(n_{{ second }} as string)
        when {{ compared }} is null then 'all values are the same'
    end
{%- endmacro %}

{# What the units of one cluster (tracks of an artist) add to the difference of two group means; over all units it
   is 0, and how much it varies between clusters says how exact the difference is. Needs group_moments. #}
{% macro cluster_share_of_difference(value, is_first, first, second, prefix="") -%}
    sum(
        case
            when {{ is_first }}
            then ({{ value }} - {{ prefix }}mean_{{ first }}) / nullif({{ prefix }}n_{{ first }}, 0)
            else ({{ prefix }}mean_{{ second }} - {{ value }}) / nullif({{ prefix }}n_{{ second }}, 0)
        end
    )
{%- endmacro %}

{# Comparison of two groups whose units come in clusters: difference, ci_low, ci_high, t_value, df, hedges_g with
   g_ci_low and g_ci_high, from group_moments and the sum of the squared shares of the clusters. A feature
   named valence makes the groups and is not tested. NULL with fewer than gate_artists clusters on a side, and
   `reason` says so. Columns; the last without a comma. #}
{% macro clustered_contrast(first, second, clusters, spread) -%}
    {%- set gate = var("gate_artists") -%}
    {%- set pooled -%}
    sqrt(
        (
            (n_{{ first }} - 1) * std_dev_{{ first }} * std_dev_{{ first }}
            + (n_{{ second }} - 1) * std_dev_{{ second }} * std_dev_{{ second }}
        )
        / nullif(n_{{ first }} + n_{{ second }} - 2e0, 0)
    )
    {%- endset -%}
    case
        when coalesce(artists_{{ first }}, 0) < {{ gate }} or coalesce(artists_{{ second }}, 0) < {{ gate }}
        then
            'needs {{ gate }} artists on each side, has '
            || cast(coalesce(artists_{{ first }}, 0) as string)
            || ' and '
            || cast(coalesce(artists_{{ second }}, 0) as string)
        when feature = 'valence'
        then 'not tested: valence makes the two groups'
        when not {{ varies(spread, "greatest(abs(mean_" ~ first ~ "), abs(mean_" ~ second ~ "))") }}
        then 'all values are the same'
    end as reason,
    case when reason is null then mean_{{ first }} - mean_{{ second }} end as difference,
    case
        when reason is null then sqrt({{ spread }} * {{ clusters }} / nullif({{ clusters }} - 1e0, 0))
    end as standard_error,
    {{ clusters }} - 1 as df,
    difference / nullif(standard_error, 0) as t_value,
    difference - {{ t_quantile("df") }} * standard_error as ci_low,
    difference + {{ t_quantile("df") }} * standard_error as ci_high,
    (1 - 3 / nullif(4e0 * (n_{{ first }} + n_{{ second }} - 2) - 1, 0)) / nullif({{ pooled }}, 0) as to_g,
    difference * to_g as hedges_g,
    ci_low * to_g as g_ci_low,
    ci_high * to_g as g_ci_high
{%- endmacro %}
