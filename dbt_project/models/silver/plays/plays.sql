-- Every stream of every kind of content, once, whoever told of it. Grain: play_id.
-- Duplicates stand in play_duplicates. track_id is that of the recording, from
-- track_identities; the id that was told stays in content_uri. A track without an id
-- has that of another source that tells of the same play, where one does. Most ids are
-- their own recording: there is nothing to look up for them.
with
    history as (select * from {{ ref("listening_history_bronze") }}),
    play_duplicates as (select * from {{ ref("play_duplicates") }}),
    play_matches as (select * from {{ ref("play_matches") }}),
    play_sessions as (select * from {{ ref("play_sessions") }}),
    play_lengths as (select * from {{ ref("play_lengths") }}),
    track_identities as (
        select *
        from {{ ref("track_identities") }}
        {% if min_play_share() == 0 %} where told_id <> track_id {% endif %}
    ),
    listeners as (select * from {{ ref("listeners_bronze") }}),
    revealed as (
        select play_id, min(weaker_spotify_id) as spotify_id
        from play_matches
        group by play_id
    )

select
    history.play_id,
    history.listener_id,
    history.source,
    history.content_type,
    history.content_uri,
    coalesce(
        track_identities.track_id,
        case when not history.has_spotify_id then revealed.spotify_id end,
        history.track_id
    ) as track_id,
    history.track_name,
    history.artist_name,
    history.album_name,
    history.played_at,
    {{ began_at("history") }} as started_at,
    {{ stopped_at("history") }} as ended_at,
    history.ended_at_precision,
    history.ms_played,
    play_lengths.ms_counted,
    play_lengths.heard_from,
    {{ is_overlong("history.ms_played") }} as is_overlong,
    history.duration_ms,
    history.platform,
    history.country,
    history.shuffle,
    history.skipped,
    {{ was_skipped("history.skipped", "history.reason_end") }} as was_skipped,
    history.offline,
    history.is_private_session,
    history.reason_start,
    history.reason_end,
    {{ is_music("history.content_type") }} as is_music,
    coalesce(play_lengths.most_seconds >= {{ var("min_play_seconds") }}, true)
    and {{
        is_play(
            "history.ms_played",
            "history.source",
            "coalesce(history.duration_ms, track_identities.duration_ms)",
        )
    }} as is_play,
    history.listener_id
    || '-'
    || cast(play_sessions.session_second as string) as session_id,
    coalesce(
        listeners.kind = 'simulated' or history.source = 'simulated', false
    ) as is_simulated
from history
left join play_duplicates on history.play_id = play_duplicates.play_id
left join play_sessions on history.play_id = play_sessions.play_id
left join play_lengths on history.play_id = play_lengths.play_id
left join revealed on history.play_id = revealed.play_id
left join
    track_identities
    on coalesce(
        case when not history.has_spotify_id then revealed.spotify_id end,
        history.track_id
    )
    = track_identities.told_id
    and history.listener_id = track_identities.listener_id
left join listeners on history.listener_id = listeners.listener_id
where play_duplicates.play_id is null
