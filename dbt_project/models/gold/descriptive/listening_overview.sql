-- How much did you listen, since when, and how much of it is known how well?
-- Grain: one row per listener, also those without any play.
-- Caveat: plays are music streams of 30 seconds or more; minutes only count plays
-- with a known length, and are NULL where none is.
with
    listeners as (select * from {{ ref("listeners_bronze") }}),
    listening as (select * from {{ ref("listening_with_features") }}),
    completeness as (select * from {{ ref("history_completeness") }}),
    sessions as (select * from {{ ref("sessions") }}),
    skips as (
        select *
        from {{ ref("skip_behaviour") }}
        where dimension = 'all'
        -- What the player noted is better evidence, where it noted anything.
        qualify
            row_number() over (partition by listener_id order by definition nulls last)
            = 1
    ),
    totals as (
        select
            listener_id,
            count(*) as plays,
            sum(minutes) as minutes,
            {{ share("count(ms_played)", "count(*)") }} as ms_played_share,
            count(distinct track_id) as tracks,
            count(distinct artist_name) as artists,
            count(distinct local_date) as active_days,
            min(played_at) as first_played_at,
            max(played_at) as last_played_at,
            {{ measured_share() }} as measured_share
        from listening
        group by listener_id
    ),
    days as (
        select
            listener_id,
            {% for state in ["complete", "partial", "unknown", "missing"] %}
                count(
                    case when state = '{{ state }}' then 1 end
                ) as {{ state }}_days{{ "," if not loop.last }}
            {% endfor %}
        from completeness
        group by listener_id
    ),
    session_counts as (
        select
            listener_id, count(*) as sessions, median(minutes) as median_session_minutes
        from sessions
        group by listener_id
    )

select
    listeners.listener_id,
    coalesce(totals.plays, 0) as plays,
    case when totals.plays is null then 0 else totals.minutes end as minutes,
    totals.ms_played_share,
    coalesce(totals.tracks, 0) as tracks,
    coalesce(totals.artists, 0) as artists,
    totals.first_played_at,
    totals.last_played_at,
    coalesce(totals.active_days, 0) as active_days,
    coalesce(days.complete_days, 0) as complete_days,
    coalesce(days.partial_days, 0) as partial_days,
    coalesce(days.unknown_days, 0) as unknown_days,
    coalesce(days.missing_days, 0) as missing_days,
    coalesce(session_counts.sessions, 0) as sessions,
    session_counts.median_session_minutes,
    totals.measured_share,
    skips.definition as skip_definition,
    skips.n as skip_n,
    skips.skips,
    skips.skip_share,
    listeners.is_simulated
from listeners
left join totals using (listener_id)
left join days using (listener_id)
left join session_counts using (listener_id)
left join skips using (listener_id)
order by listener_id nulls last
