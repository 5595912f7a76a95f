-- Which days and weeks were unlike your own past, and what did you play then?
-- Grain: one row per listener, period (day, week), period_start and metric that stands
-- out (q_value up to 0.1).
-- Caveat: q_value corrects for all days and weeks that were looked at. Weeks follow
-- each other: one that differs moves the baseline of the next. A day without plays is
-- none of them.
with
    listening_changes as (select * from {{ ref("listening_changes") }}),
    listening as (select * from {{ ref("listening_with_features") }}),
    flagged as (select * from listening_changes where q_value <= 0.1),
    periods as (select distinct listener_id, period, period_start from flagged),
    plays as (
        select
            periods.*,
            listening.artist_name,
            listening.track_name,
            listening.ms_played,
            listening.is_measured
        from listening
        inner join periods using (listener_id)
        where
            listening_date >= period_start
            and listening_date
            < period_start
            + case period when 'day' then interval 1 day else interval 7 days end
    ),
    played as (
        select
            listener_id,
            period,
            period_start,
            count(*) as plays,
            {{ measured_share() }} as measured_share
        from plays
        group by listener_id, period, period_start
    ),
    top_artists as (
        {{ most_played("plays", "artist_name", "listener_id, period, period_start") }}
    ),
    top_tracks as (
        {{ most_played("plays", "track_name", "listener_id, period, period_start") }}
    )

select
    listener_id,
    period,
    period_start,
    metric,
    value,
    baseline_mean as expected,
    case when t_value > 0 then 'higher' else 'lower' end as direction,
    n_baseline,
    t_value,
    robust_z,
    p_value,
    q_value,
    level as severity,
    played.plays,
    top_artists.artist_name as top_artist,
    top_tracks.track_name as top_track,
    played.measured_share,
    is_simulated
from flagged
inner join played using (listener_id, period, period_start)
left join top_artists using (listener_id, period, period_start)
left join top_tracks using (listener_id, period, period_start)
order by
    listener_id nulls last,
    period_start nulls last,
    period nulls last,
    metric nulls last
