-- How many days in a row did you listen, and which row reaches the end of the data?
-- Grain: one row per listener and streak, numbered from the first; a single day is a
-- streak of 1.
-- Caveat: a day without data ends a streak as a day without listening does; see
-- history_completeness.
with
    daily as (select * from {{ ref("daily_listening") }}),
    completeness as (select * from {{ ref("history_completeness") }}),
    islands as (
        select
            *,
            local_date - cast(
                row_number() over (
                    partition by listener_id order by local_date nulls last
                ) as integer
            ) as island
        from daily
    ),
    streaks as (
        select
            listener_id,
            min(local_date) as started_date,
            max(local_date) as ended_date,
            count(*) as days,
            cast(sum(plays) as bigint) as plays,
            sum(minutes) as minutes,
            {{ share("sum(n_timed)", "sum(plays)") }} as ms_played_share,
            bool_or(is_simulated) as is_simulated
        from islands
        group by listener_id, island
    ),
    histories as (
        select listener_id, max(date) as last_date
        from completeness
        where state in ('complete', 'partial')
        group by listener_id
    )

select
    listener_id,
    row_number() over (
        partition by listener_id order by streaks.started_date nulls last
    ) as streak_id,
    streaks.started_date,
    streaks.ended_date,
    streaks.days,
    row_number() over (
        partition by listener_id
        order by streaks.days desc nulls last, streaks.ended_date desc nulls last
    ) as length_rank,
    streaks.plays,
    streaks.minutes,
    streaks.ms_played_share,
    -- The day before the last one still counts: the last day may not be over.
    coalesce(streaks.ended_date >= histories.last_date - 1, false) as is_current,
    streaks.is_simulated
from streaks
left join histories using (listener_id)
order by listener_id nulls last, streak_id nulls last
