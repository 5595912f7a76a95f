-- How alike a listener's days are, hour by hour, in the four weeks that end with each
-- week. Grain: listener_id, week_start (Monday); weeks with plays. Interdaily stability
-- of the minutes per hour: the variance of the mean day over that of all hours, 0 to 1.
-- NULL under var gate_regularity_days days with plays or where history is shorter.
with
    listening as (select * from {{ ref("listening_with_features") }}),
    weekly_listening as (select * from {{ ref("weekly_listening") }}),
    hourly as (
        select
            listener_id,
            cast(date_trunc('week', listening_date) as date) as week_start,
            listening_date,
            hour_of_day,
            sum(minutes) as minutes
        from listening
        group by listener_id, listening_date, hour_of_day
    ),
    cells as (
        select
            listener_id,
            week_start,
            hour_of_day,
            sum(minutes) as minutes,
            sum(minutes * minutes) as squares
        from hourly
        group by listener_id, week_start, hour_of_day
    ),
    profiles as (
        select
            listener_id,
            week_start,
            sum(n_days) over four_weeks as n_days,
            sum(cells.minutes) over four_weeks as minutes,
            sum(cells.squares) over four_weeks as squares,
            week_start - interval 21 days >= min(week_start) over (
                partition by listener_id, spell_start
            ) as is_long_enough
        from weekly_listening
        cross join {{ integers(0, 23, "hour_of_day") }}
        left join cells using (listener_id, week_start, hour_of_day)
        window
            four_weeks as (
                partition by listener_id, spell_start, hour_of_day
                order by
                    week_start nulls last
                    range between interval 21 days preceding and current row
            )
    ),
    moments as (
        select
            listener_id,
            week_start,
            max(n_days) as n_days,
            bool_and(is_long_enough) as is_long_enough,
            sum(minutes * minutes) / 784e0 as squared_means,
            sum(minutes) / 672e0 as mean_minutes,
            sum(squares) as squares
        from profiles
        group by listener_id, week_start
    )

select
    listener_id,
    week_start,
    cast(n_days as bigint) as n_days,
    case
        when
            is_long_enough
            and n_days >= {{ var("gate_regularity_days") }}
            and {{ varies("(squares / 672 - mean_minutes * mean_minutes)", "mean_minutes") }}
        then
            28
            * (squared_means - 24 * mean_minutes * mean_minutes)
            / nullif(squares - 672 * mean_minutes * mean_minutes, 0)
    end as regularity
from moments
