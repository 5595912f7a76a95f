-- What is compared from day to day and from week to week, one metric a row. Grain:
-- listener_id, period (day, week), period_start, metric; days end at 04:00. Only what
-- bears a comparison: whole weeks of var gate_week_sessions sessions, the sound of days
-- of var gate_day_plays measured plays. Days are compared with days of their kind.
{% set week_metrics = {
    "minutes": "minutes",
    "valence": "avg_valence",
    "energy": "avg_energy",
    "novelty": "novelty",
    "repetition": "repetition",
    "night_share": "night_share",
} %}
with
    weekly_listening as (
        select *
        from {{ ref("weekly_listening") }}
        where is_complete and n_sessions >= {{ var("gate_week_sessions") }}
    ),
    session_sums as (select * from {{ ref("session_sums") }}),
    days as (
        select
            listener_id,
            listening_date,
            case
                when {{ iso_day_of_week("listening_date") }} >= 6
                then 'weekend'
                else 'weekday'
            end as kind,
            sum(minutes) as minutes,
            {% for feature in ("valence", "energy") %}
                case
                    when sum(n_{{ feature }}) >= {{ var("gate_day_plays") }}
                    then sum(sum_{{ feature }}) / nullif(sum(n_{{ feature }}), 0)
                end as {{ feature }},
            {% endfor %}
            bool_or(is_simulated) as is_simulated
        from session_sums
        group by listener_id, listening_date
    ),
    all_values as (
        {% for metric, value in week_metrics.items() %}
            select
                listener_id,
                'week' as period,
                week_start as period_start,
                'week' as kind,
                '{{ metric }}' as metric,
                {{ value }} as value,
                is_simulated
            from weekly_listening
            union all
        {% endfor %}
        {% for metric in ("minutes", "valence", "energy") %}
            select
                listener_id,
                'day' as period,
                listening_date as period_start,
                kind,
                '{{ metric }}' as metric,
                {{ metric }} as value,
                is_simulated
            from days {{ "union all" if not loop.last }}
        {% endfor %}
    )

select *
from all_values
where value is not null
