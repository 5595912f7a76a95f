-- What is each part of your day like: how much, how new, how often skipped, whom?
-- Grain: one row per listener and part of the day (4).
-- Caveat: shares are of streams, short ones too; everything is new where a history
-- begins. Ties of the top artist and genre go to the longer time, then to the name.
with
    listening as (select * from {{ ref("listening_with_features") }}),
    streams as (select * from {{ ref("music_streams") }}),
    listeners as (
        select listener_id, count(*) as plays, bool_or(is_simulated) as is_simulated
        from listening
        group by listener_id
    ),
    parts_played as (
        select
            listener_id,
            part_of_day,
            count(*) as plays,
            sum(minutes) as minutes,
            {{ share("count(minutes)", "count(*)") }} as ms_played_share,
            {{ measured_share() }} as measured_share
        from listening
        group by listener_id, part_of_day
    ),
    top_artists as (
        {{ most_played("listening", "artist_name", "listener_id, part_of_day") }}
    ),
    top_genres as (
        {{ most_played("listening", "track_genre", "listener_id, part_of_day") }}
    ),
    sessions as (
        select
            listener_id,
            part_of_day,
            count(times_heard) as streams,
            count(case when times_heard = 1 then 1 end) as new_tracks,
            count(was_skipped) as told,
            count(case when was_skipped then 1 end) as skips
        from streams
        group by listener_id, part_of_day, session_id
    ),
    shares as (
        select
            listener_id,
            part_of_day,
            count(*) as n_sessions,
            {{ cluster_mean("new_tracks", "streams") }} as new_track_share,
            {{ cluster_ci("new_tracks", "streams") }} as new_half_width,
            {{ cluster_count("told") }} as n_told_sessions,
            {{ cluster_mean("skips", "told") }} as skip_share,
            {{ cluster_ci("skips", "told") }} as skip_half_width
        from sessions
        group by listener_id, part_of_day
    )

select
    listener_id,
    part_of_day,
    coalesce(shares.n_sessions, 0) as n_sessions,
    coalesce(parts_played.plays, 0) as plays,
    case
        when parts_played.plays is null then 0e0 else parts_played.minutes
    end as minutes,
    parts_played.ms_played_share,
    {{ share("coalesce(parts_played.plays, 0)", "listeners.plays") }} as play_share,
    new_track_share,
    {{ share_bound("new_track_share", "new_half_width", "shares.n_sessions", "low") }}
    as new_track_ci_low,
    {{ share_bound("new_track_share", "new_half_width", "shares.n_sessions", "high") }}
    as new_track_ci_high,
    skip_share,
    {{ share_bound("skip_share", "skip_half_width", "n_told_sessions", "low") }}
    as skip_ci_low,
    {{ share_bound("skip_share", "skip_half_width", "n_told_sessions", "high") }}
    as skip_ci_high,
    top_artists.artist_name as top_artist,
    top_genres.track_genre as top_genre,
    parts_played.measured_share,
    coalesce(
        {{ too_few_sessions("shares.n_sessions") }},
        case when skip_share is null then 'no source tells of skips' end
    ) as reason,
    listeners.is_simulated
from listeners
cross join {{ parts_of_day() }}
left join parts_played using (listener_id, part_of_day)
left join shares using (listener_id, part_of_day)
left join top_artists using (listener_id, part_of_day)
left join top_genres using (listener_id, part_of_day)
order by listener_id nulls last, part_of_day nulls last
