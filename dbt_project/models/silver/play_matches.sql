-- Pairs of rows in which two sources tell of the same play: same listener, artist and title, ends (of scrobbles:
-- starts) within 90 s, or 150 s where a source has minutes, and each the other's nearest. Grain: play_id,
-- weaker_play_id. Buckets of 180 s and their neighbours make it an equality join.
with
    history as (select * from {{ ref("listening_history_bronze") }}),
    source_coverage as (select * from {{ ref("source_coverage") }}),
    told_twice as (
        select listener_id
        from source_coverage
        where content_group = 'music'
        group by listener_id
        having count(distinct source) > 1
    ),
    candidates as (
        select
            history.play_id,
            history.listener_id,
            history.source,
            {{ source_rank("history.source") }} as source_rank,
            case when history.has_spotify_id then history.track_id end as spotify_id,
            coalesce(history.artist_name, '') as artist_name,
            coalesce(history.track_name, '') as track_name,
            case when history.ended_at_precision = 'minute' then 150 else 90 end as near_seconds,
            coalesce(history.ended_at, history.played_at) as ended_at,
            coalesce(history.started_at, history.played_at) as started_at
        from history
        inner join told_twice on history.listener_id = told_twice.listener_id
        where {{ is_music("history.content_type") }}
    ),
    spellings as (select distinct artist_name, track_name from candidates),
    names as (
        select *, {{ name_id("artist_name", "track_name") }} as name_id
        from spellings
    ),
    clocks as (
        select *, 'end' as clock, {{ epoch_seconds("ended_at") }} as second
        from candidates
        where source_rank < 4
        union all
        select *, 'start' as clock, {{ epoch_seconds("started_at") }} as second
        from candidates
    ),
    events as (
        select clocks.*, names.name_id, cast(floor(clocks.second / 180) as bigint) as bucket
        from clocks
        inner join
            names
            on clocks.artist_name = names.artist_name
            and clocks.track_name = names.track_name
    ),
    neighbours as (select -1 as step union all select 0 as step union all select 1 as step),
    weaker as (
        select events.*, events.bucket + neighbours.step as near_bucket
        from events
        cross join neighbours
        where events.source_rank > 1 and (events.clock = 'end' or events.source_rank >= 4)
    ),
    pairs as (
        select
            stronger.play_id,
            weaker.play_id as weaker_play_id,
            weaker.spotify_id as weaker_spotify_id,
            stronger.source,
            weaker.source as weaker_source,
            abs(stronger.second - weaker.second) as seconds_apart
        from weaker
        inner join
            events as stronger
            on weaker.listener_id = stronger.listener_id
            and weaker.name_id = stronger.name_id
            and weaker.clock = stronger.clock
            and weaker.near_bucket = stronger.bucket
        where
            stronger.source_rank < weaker.source_rank
            and abs(stronger.second - weaker.second)
            <= greatest(stronger.near_seconds, weaker.near_seconds)
    )

select play_id, weaker_play_id, weaker_spotify_id, source, weaker_source, seconds_apart
from pairs
qualify
    row_number() over (
        partition by play_id, weaker_source
        order by seconds_apart nulls last, weaker_play_id nulls last
    ) = 1
    and row_number() over (
        partition by weaker_play_id, source
        order by seconds_apart nulls last, play_id nulls last
    ) = 1
