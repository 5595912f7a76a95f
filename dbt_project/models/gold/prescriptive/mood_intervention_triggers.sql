-- Which weeks of your listening differ from your own half year before, and for how
-- long?
-- Grain: one row per listener, week_start and metric that could be compared.
-- Caveat: a change of the music against your own past, neither good nor bad; q_value
-- corrects for all weeks and metrics, as in listening_anomalies.
{% set gate = var("gate_change_point_weeks") %}
with
    weeks as (select * from {{ ref("listening_changes") }} where period = 'week'),
    weekly_listening as (select * from {{ ref("weekly_listening") }}),
    levels as (
        select
            *,
            case
                when t_value > 0 then 'higher' when t_value < 0 then 'lower'
            end as direction,
            case when level is not null then direction end as alarm
        from weeks
    ),
    -- Weeks in a row keep their distance from a count of the flagged ones.
    runs as (
        select
            *,
            {{ epoch_seconds("period_start") }} / 604800 - row_number() over (
                partition by listener_id, metric, alarm order by period_start nulls last
            ) as run
        from levels
    ),
    counted as (
        select
            *,
            case
                when alarm is null
                then 0
                else
                    row_number() over (
                        partition by listener_id, metric, alarm, run
                        order by period_start nulls last
                    )
            end as consecutive_weeks
        from runs
    )

select
    counted.listener_id,
    period_start as week_start,
    metric,
    value,
    baseline_mean,
    baseline_std_dev,
    n_baseline as baseline_weeks,
    t_value,
    p_value,
    q_value,
    direction,
    consecutive_weeks,
    level,
    {{ change_in_words("alarm", "consecutive_weeks") }} as message,
    weekly_listening.measured_share,
    case
        when n_baseline < {{ gate }}
        then
            'needs {{ gate }} weeks to compare with, has ' || cast(n_baseline as string)
        when t_value is null
        then 'the weeks before are all the same'
    end as reason,
    counted.is_simulated
from counted
left join
    weekly_listening
    on counted.listener_id = weekly_listening.listener_id
    and counted.period_start = weekly_listening.week_start
order by counted.listener_id nulls last, period_start nulls last, metric nulls last
