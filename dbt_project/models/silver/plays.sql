-- Every stream of every kind of content, once, whoever told of it. Grain: play_id; rows that give way stand in
-- play_duplicates. A session is a run of music without a pause longer than session_gap_minutes. An offline play
-- ended when the device's clock says, not when it was uploaded.
with
    history as (select * from {{ ref("listening_history_bronze") }}),
    play_duplicates as (select * from {{ ref("play_duplicates") }}),
    play_matches as (select * from {{ ref("play_matches") }}),
    track_identities as (select * from {{ ref("track_identities") }}),
    listeners as (select * from {{ ref("listeners_bronze") }}),
    revealed as (
        select play_id, min(weaker_spotify_id) as track_id
        from play_matches
        where weaker_spotify_id is not null
        group by play_id
    ),
    kept as (
        select
            history.*,
            coalesce(
                case when not history.has_spotify_id then revealed.track_id end,
                track_identities.track_id,
                history.track_id
            ) as known_track_id,
            {{ is_music("history.content_type") }} as is_music,
            coalesce(history.started_at, history.played_at) as began_at,
            case
                when history.started_at_source = 'offline_timestamp'
                then {{ add_ms("history.started_at", "coalesce(history.ms_played, 0)") }}
                else coalesce(history.ended_at, history.played_at)
            end as stopped_at,
            listeners.kind = 'simulated' or history.source = 'simulated' as is_simulated
        from history
        left join play_duplicates on history.play_id = play_duplicates.play_id
        left join revealed on history.play_id = revealed.play_id
        left join track_identities on history.track_id = track_identities.name_id
        left join listeners on history.listener_id = listeners.listener_id
        where play_duplicates.play_id is null
    ),
    paused as (
        select
            *,
            {{ epoch_seconds("began_at") }} - {{ epoch_seconds("max(stopped_at) over earlier") }} as pause_seconds
        from kept
        window
            earlier as (
                partition by listener_id, is_music
                order by began_at nulls last, play_id nulls last
                rows between unbounded preceding and 1 preceding
            )
    ),
    in_sessions as (
        select
            *,
            max(
                case
                    when coalesce(pause_seconds > {{ var("session_gap_minutes") }} * 60, true)
                    then {{ epoch_seconds("began_at") }}
                end
            ) over so_far as session_second
        from paused
        window
            so_far as (
                partition by listener_id, is_music
                order by began_at nulls last, play_id nulls last
                rows between unbounded preceding and current row
            )
    )

select
    play_id,
    listener_id,
    source,
    content_type,
    content_uri,
    known_track_id as track_id,
    isrc,
    track_name,
    artist_name,
    album_name,
    played_at,
    began_at as started_at,
    stopped_at as ended_at,
    ended_at_precision,
    ms_played,
    duration_ms,
    platform,
    country,
    shuffle,
    skipped,
    {{ was_skipped("skipped", "reason_end") }} as was_skipped,
    offline,
    is_private_session,
    reason_start,
    reason_end,
    is_music,
    {{ is_play("ms_played", "source") }} as is_play,
    case
        when is_music then listener_id || '-' || cast(session_second as string)
    end as session_id,
    coalesce(is_simulated, false) as is_simulated
from in_sessions
