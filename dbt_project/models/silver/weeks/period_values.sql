-- What is compared from day to day and from week to week, one metric a row. Grain:
-- listener_id, period (day, week), period_start, metric; days end at 04:00. Only what
-- bears a comparison: whole weeks of var gate_week_sessions sessions (weekly_listening
-- asks for as many with measured plays for their sound), the sound of days of var
-- gate_day_plays measured plays. Days are compared with days of their kind, days and
-- weeks with those since the last silence that is not believed (spell_start).
{% set metrics = ["minutes", "valence", "energy", "novelty", "repetition", "night_share"] %}
with
    weekly_listening as (select * from {{ ref("weekly_listening") }}),
    session_sums as (select * from {{ ref("session_sums") }}),
    weeks as (
        select
            listener_id,
            'week' as period,
            week_start as period_start,
            'week' as kind,
            spell_start,
            minutes,
            avg_valence as valence,
            avg_energy as energy,
            novelty,
            repetition,
            night_share,
            is_simulated
        from weekly_listening
        where is_complete and n_sessions >= {{ var("gate_week_sessions") }}
    ),
    days as (
        select
            session_sums.listener_id,
            'day' as period,
            listening_date as period_start,
            case
                when {{ iso_day_of_week("listening_date") }} >= 6
                then 'weekend'
                else 'weekday'
            end as kind,
            min(spell_start) as spell_start,
            sum(session_sums.minutes) as minutes,
            {% for feature in ("valence", "energy") %}
                case
                    when sum(n_{{ feature }}) >= {{ var("gate_day_plays") }}
                    then sum(sum_{{ feature }}) / nullif(sum(n_{{ feature }}), 0)
                end as {{ feature }},
            {% endfor %}
            cast(null as double) as novelty,
            cast(null as double) as repetition,
            cast(null as double) as night_share,
            bool_or(session_sums.is_simulated) as is_simulated
        from session_sums
        left join
            weekly_listening
            on session_sums.listener_id = weekly_listening.listener_id
            and cast(date_trunc('week', listening_date) as date) = week_start
        group by session_sums.listener_id, listening_date
    ),
    metric_rows as (
        select
            listener_id,
            period,
            period_start,
            kind,
            spell_start,
            metric,
            {{ value_by_name("metric", dict(zip(metrics, metrics))) }} as value,
            is_simulated
        from
            (
                select *
                from weeks
                union all
                select *
                from days
            ) as periods
        cross join {{ names_as_rows(metrics, "metric") }}
    )

select *
from metric_rows
where value is not null
