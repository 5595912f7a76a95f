-- When did each stream of music begin and end, and which song is it, to find what was
-- told more than once? Grain: play_id. Without a device's clock a song may have begun
-- long before: possible_second is then the end of the stream before it of that source,
-- a day at most. has_others: another source tells of that time too.
with
    -- Read in two ways: an import that is used twice would be copied first.
    history as (select * from {{ ref("listening_history_bronze") }}),
    spans as ({{ source_spans(ref("listening_history_bronze")) }}),
    other_spans as ({{ other_spans("spans") }}),
    spelling_keys as (select * from {{ ref("spelling_keys") }}),
    music as (
        select
            *,
            {{ epoch_seconds(began_at("history")) }} as began_second,
            {{ epoch_seconds(stopped_at("history")) }} as ended_second,
            {{ epoch_seconds("played_at") }} as played_second,
            {{ told_by("history") }} as told_by
        from history
        where {{ is_music("content_type") }}
    )

select
    music.play_id,
    music.listener_id,
    music.source,
    {{ precise_rank("music") }} as source_rank,
    music.told_by,
    case when music.has_spotify_id then music.track_id end as spotify_id,
    spelling_keys.title_key,
    spelling_keys.artist_key,
    spelling_keys.first_artist_key,
    music.ms_played,
    coalesce(music.duration_ms, spelling_keys.duration_ms) as duration_ms,
    music.device_started_at,
    music.ended_at_precision = 'second' as is_precise,
    music.ended_at is not null as knows_end,
    coalesce(music.started_at_source, '') <> 'ended_at' as knows_start,
    music.began_second,
    music.ended_second,
    music.played_second,
    case
        when music.ms_played is null or music.started_at_source = 'offline_timestamp'
        then music.began_second
        else
            least(
                music.began_second,
                greatest(
                    coalesce(
                        lag(music.ended_second) over (
                            partition by music.listener_id, music.told_by
                            order by music.ended_second nulls last
                        ),
                        0
                    ),
                    music.ended_second - 86400
                )
            )
    end as possible_second,
    case when music.ended_at_precision = 'minute' then 150 else 90 end as near_seconds,
    coalesce(
        {{ last_moment("music") }} >= other_spans.first_moment
        and {{ first_moment("music") }} <= other_spans.last_moment,
        false
    ) as has_others
from music
left join
    spelling_keys
    on music.listener_id = spelling_keys.listener_id
    and coalesce(music.artist_name, '') = spelling_keys.artist_name
    and coalesce(music.track_name, '') = spelling_keys.track_name
    and case when music.has_spotify_id then music.track_id else '' end
    = spelling_keys.spotify_id
left join
    other_spans
    on music.listener_id = other_spans.listener_id
    and music.told_by = other_spans.told_by
