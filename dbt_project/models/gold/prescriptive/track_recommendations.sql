-- Which tracks might you play again, and which might you discover?
-- Grain: one row per recommendation; of a listener's lists the newest is_current, the
-- earlier ones are kept.
-- Caveat: the numbers beside a reason are those of today's history; a reason keeps
-- those of the day it was made. A discovery that was streamed since is not current.
with
    recommendations as (select * from {{ source("ml", "recommendations") }}),
    runs as (select * from {{ source("ml", "listener_runs") }}),
    suggested_tracks as (select * from {{ ref("suggested_tracks") }}),
    habits as (select * from {{ ref("suggested_track_habits") }}),
    heard_tracks as (
        select *, trim({{ fold_case("artist_name") }}) as artist_key
        from {{ ref("heard_tracks") }}
    ),
    artists as (
        select
            listener_id, artist_key, cast(sum(plays) as bigint) as plays, count(*) as n
        from heard_tracks
        group by listener_id, artist_key
    ),
    genres as (
        select
            listener_id,
            track_genre,
            {{ share("sum(plays)", "sum(sum(plays)) over (partition by listener_id)") }}
            as genre_share
        from heard_tracks
        where track_genre is not null
        group by listener_id, track_genre
    ),
    tracks as (
        select *, trim({{ fold_case("artist_name") }}) as artist_key
        from suggested_tracks
    )

select
    recommendations.recommendation_id,
    listener_id,
    recommendations.kind,
    recommendations.rank,
    track_id,
    tracks.spotify_track_id,
    tracks.track_name,
    tracks.artist_name as primary_artist,
    tracks.track_genre,
    recommendations.score,
    recommendations.reason,
    tracks.play_count,
    habits.first_played_on,
    habits.last_played_on,
    habits.days_since_last_play,
    habits.plays_last_28_days,
    habits.busiest_month,
    habits.plays_in_busiest_month,
    coalesce(artists.plays, 0) as artist_plays,
    coalesce(artists.n, 0) as artist_tracks,
    genres.genre_share,
    tracks.popularity,
    recommendations.is_current
    and (recommendations.kind = 'again' or tracks.is_new_to_listener) as is_current,
    recommendations.created_at,
    model,
    recommendations.model_version,
    runs.method,
    runs.history_to as history_to_at,
    tracks.is_simulated
from recommendations
inner join tracks using (listener_id, track_id)
left join habits using (listener_id, track_id)
left join artists using (listener_id, artist_key)
left join genres using (listener_id, track_genre)
left join runs using (listener_id, model)
order by
    listener_id nulls last,
    recommendations.created_at desc nulls last,
    recommendations.kind nulls last,
    recommendations.rank nulls last
