-- How good is the catalogue: what is missing, doubled, out of range, far out?
-- Grain: one row per column of the catalogue file (no listener).
-- Caveat: outliers lie beyond 1.5 interquartile ranges outside the quartiles; in a
-- skewed column many are real. Text out of range is empty text.
with
    catalogue as (select * from {{ ref("kaggle_tracks_bronze") }}),
    columns as (
        {% for column, allowed in catalogue_columns().items() %}
            {%- set number = column if allowed else "null" -%}
            {%- set is_wrong = (
                column ~ " not between " ~ allowed[0] ~ " and " ~ allowed[1]
            ) if allowed else "trim(cast(" ~ column ~ " as string)) = ''" %}
            select
                '{{ column }}' as column_name,
                '{{ "number" if allowed else "text" }}' as column_kind,
                count(*) as n_rows,
                count(case when {{ column }} is null then 1 end) as n_missing,
                count(distinct {{ column }}) as n_distinct,
                count(case when {{ is_wrong }} then 1 end) as n_out_of_range,
                {% for name, aggregate in {
                    "mean": "avg",
                    "std_dev": "stddev_samp",
                    "min": "min",
                    "max": "max",
                }.items() %}
                    cast(
                        {{ aggregate }} (cast({{ number }} as double)) as double
                    ) as {{ name }},
                {% endfor %}
                {% for name, part in {"p25": 0.25, "median": 0.5, "p75": 0.75}.items() %}
                    percentile_cont({{ part }}) within group (
                        order by cast({{ number }} as double) nulls last
                    ) as {{ name }},
                {% endfor %}
                bool_or(is_simulated) as is_simulated
            from catalogue
            having count(*) > 0 {{ "union all" if not loop.last }}
        {% endfor %}
    ),
    outliers as (
        {% for column, allowed in catalogue_columns().items() if allowed %}
            select '{{ column }}' as column_name, count(*) as n_outliers
            from catalogue
            inner join columns on columns.column_name = '{{ column }}'
            where
                catalogue.{{ column }} < p25 - 1.5 * (p75 - p25)
                or catalogue.{{ column }} > p75 + 1.5 * (p75 - p25)
                {{ "union all" if not loop.last }}
        {% endfor %}
    )

select
    column_name,
    columns.column_kind,
    columns.n_rows,
    columns.n_missing,
    {{ share("columns.n_missing", "columns.n_rows") }} as missing_share,
    columns.n_distinct,
    columns.n_out_of_range,
    outliers.n_outliers,
    columns.mean,
    columns.std_dev,
    columns.min,
    columns.p25,
    columns.median,
    columns.p75,
    columns.max,
    columns.is_simulated
from columns
left join outliers using (column_name)
order by column_name nulls last
