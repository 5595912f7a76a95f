{# The whole numbers from `first` to `last` as rows of a column, on every engine. #}
{% macro integers(first, last, name) -%}
    (
        values
            {% for n in range(first, last + 1) %}({{ n }}){{ ", " if not loop.last }}{% endfor %}
    ) as {{ name }}s ({{ name }})
{%- endmacro %}

{# The four parts of the day as rows of `part_of_day`, for the cells without a session. #}
{% macro parts_of_day() -%} (values ('morning'), ('afternoon'), ('evening'), ('night')) as parts (part_of_day) {%- endmacro %}

{# Names as rows of a column. #}
{% macro names_as_rows(names, column) -%}
    (values {% for name in names %}('{{ name }}'){{ ", " if not loop.last }}{% endfor %}) as {{ column }}s ({{ column }})
{%- endmacro %}

{# Out of columns, the value that the row's `name` asks for: with names_as_rows, columns as rows in one pass. #}
{% macro value_by_name(name, columns) -%}
    case {{ name }}
        {%- for key, column in columns.items() %}
        when '{{ key }}' then {{ column }}
        {%- endfor %}
    end
{%- endmacro %}

{# The names of the audio features that have a mean as rows of `feature`. #}
{% macro feature_names() -%} {{ names_as_rows(continuous_features(), "feature") }} {%- endmacro %}

{# For each of these features its column, named `prefix` and the feature. #}
{% macro feature_columns(prefix="") -%}
    {%- set columns = {} -%}
    {%- for name in continuous_features() -%} {%- do columns.update({name: prefix ~ name}) -%} {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}

{# The value of `name` with most plays in each group of `keys`; ties go to the longer time, then to the name. #}
{% macro most_played(plays, name, keys) -%}
    select {{ keys }}, {{ name }}
    from
        (
            select {{ keys }}, {{ name }}, count(*) as n, sum(ms_played) as ms_played
            from {{ plays }}
            where {{ name }} is not null
            group by {{ keys }}, {{ name }}
        ) as counted
    qualify
        row_number() over (
            partition by {{ keys }}
            order by n desc nulls last, ms_played desc nulls last, {{ name }} nulls last
        )
        = 1
{%- endmacro %}
