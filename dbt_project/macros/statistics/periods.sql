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

{# The recording as the scope knows it: each listener by their own, the household by what all have told. #}
{% macro pooled_track_id(scope_id) -%}
    case when {{ scope_id }} = {{ household() }} then coalesce(household_track_id, track_id) else track_id end
{%- endmacro %}

{# CTEs that end in `periods`: sums of `days` (plays, ms_played, plays whose length is known, first and last played, is_simulated) per scope of
   `scopes`, period_kind, period_start and `keys`. Each kind of period is summed up from the next shorter one: all
   at once every day would be counted four times over in one table too large for memory. #}
{% macro period_sums(days, keys, condition="true") -%}
    {%- set levels = {"month": days, "quarter": "month_sums", "year": "quarter_sums", "all": "year_sums"} -%}
    {%- for kind, source in levels.items() %}
    {{ kind }}_sums as (
        select
            {{ "scopes.scope_id as listener_id" if kind == "month" else "listener_id" }},
            first_month,
            {% if kind == "all" -%} first_month
            {%- else -%} cast(date_trunc('{{ kind }}', {{ "local_date" if kind == "month" else "period_start" }}) as date)
            {%- endif %} as period_start,
            {% for key in keys -%}
            {{ pooled_track_id("scopes.scope_id") ~ " as track_id" if key == "track_id" and kind == "month" else key }},
            {% endfor -%}
            cast(sum(plays) as bigint) as plays,
            cast(sum(ms_played) as bigint) as ms_played,
            cast(sum(timed_plays) as bigint) as timed_plays,
            min(first_played_at) as first_played_at,
            max(last_played_at) as last_played_at,
            bool_or(is_simulated) as is_simulated
        from {{ source }}
        {%- if kind == "month" %}
        inner join scopes using (listener_id)
        where {{ condition }}
        {%- endif %}
        group by all
    ),
    {%- endfor %}
    periods as (
        {%- for kind in levels %}
        select '{{ kind }}' as period_kind, * from {{ kind }}_sums {{ "union all" if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{# Rows of `periods` that can be among the first `var ranking_depth` of their period by plays: fewer than that many
   have more. Counting how many have how often is cheap; sorting all of them is what a ranking takes its time for. #}
{% macro leaders(periods) -%}
    select candidates.*
    from {{ periods }} as candidates
    inner join
        (
            select
                listener_id,
                period_kind,
                period_start,
                plays,
                coalesce(
                    sum(count(*)) over (
                        partition by listener_id, period_kind, period_start
                        order by plays desc nulls last
                        rows between unbounded preceding and 1 preceding
                    ),
                    0
                ) as n_with_more
            from {{ periods }}
            group by listener_id, period_kind, period_start, plays
        ) as counts using (listener_id, period_kind, period_start, plays)
    where counts.n_with_more < {{ var("ranking_depth") }}
{%- endmacro %}

{# The part of each streak (started_date to ended_date) that lies within each of the listener's periods (date to
   last_day): first_date, last_date, days and, in words, `span`, which says when the streak goes on outside. #}
{% macro streaks_within(streaks, periods) -%}
    select
        {{ periods }}.listener_id,
        {{ periods }}.date,
        {{ periods }}.is_simulated,
        greatest({{ streaks }}.started_date, {{ periods }}.date) as first_date,
        least({{ streaks }}.ended_date, {{ periods }}.last_day) as last_date,
        {{ dbt.datediff("first_date", "last_date", "day") }} + 1 as days,
        cast(first_date as string)
        || ' to '
        || cast(last_date as string)
        || case
            when {{ streaks }}.started_date < first_date
            then ', begun on ' || cast({{ streaks }}.started_date as string)
            else ''
        end
        || case
            when {{ streaks }}.ended_date > last_date
            then ', went on to ' || cast({{ streaks }}.ended_date as string)
            else ''
        end as span
    from {{ periods }}
    inner join
        {{ streaks }}
        on {{ periods }}.listener_id = {{ streaks }}.listener_id
        and {{ streaks }}.started_date <= {{ periods }}.last_day
        and {{ streaks }}.ended_date >= {{ periods }}.date
{%- endmacro %}
