{# Rows (listener_id, scope_id, first_month) of `listening`: each listener in a scope of their own and, where
   there are several, in the scope 'all'. Simulated listeners join 'all' only where nobody is real. #}
{% macro listener_scopes(listening) -%}
    select
        listener_id,
        listener_id as scope_id,
        cast(date_trunc('month', min(local_date)) as date) as first_month
    from {{ listening }}
    group by listener_id
    union all
    select listener_id, 'all' as scope_id, min(first_month) over (partition by is_simulated) as first_month
    from
        (
            select
                listener_id,
                bool_or(is_simulated) as is_simulated,
                cast(date_trunc('month', min(local_date)) as date) as first_month
            from {{ listening }}
            group by listener_id
        ) as listeners
    qualify
        is_simulated = bool_and(is_simulated) over ()
        and count(*) over (partition by is_simulated) > 1
{%- endmacro %}

{# The four kinds of period a ranking is made for, as rows of `period_kind`. #}
{% macro period_kinds() -%}
    (values ('all'), ('year'), ('quarter'), ('month')) as period_kinds (period_kind)
{%- endmacro %}

{# First day of the period of `period_kind` around `date_column`; `first_month` stands for all time. #}
{% macro period_start(date_column, first_month) -%}
    case
        period_kind
        when 'all' then {{ first_month }}
        {%- for unit in ["year", "quarter", "month"] %}
        when '{{ unit }}' then cast(date_trunc('{{ unit }}', {{ date_column }}) as date)
        {%- endfor %}
    end
{%- endmacro %}
