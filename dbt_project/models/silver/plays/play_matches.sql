-- Pairs of rows in which two sources tell of the same play: same listener, artist and
-- title, ends (of scrobbles: starts) within 90 s, or 150 s where a source has minutes,
-- and each the other's nearest of that rank. Grain: play_id, weaker_play_id. Buckets of
-- 180 s and their neighbours make it an equality join; a pair near by both clocks
-- counts once.
with
    play_clocks as (select * from {{ ref("play_clocks") }}),
    events as (
        select *, cast(floor(second / 180) as bigint) as bucket from play_clocks
    ),
    neighbours as (
        select -1 as step
        union all
        select 0 as step
        union all
        select 1 as step
    ),
    weaker as (
        select events.*, events.bucket + neighbours.step as near_bucket
        from events
        cross join neighbours
        where
            events.source_rank > 1 and (events.clock = 'end' or events.source_rank >= 4)
    ),
    pairs as (
        select
            stronger.play_id,
            weaker.play_id as weaker_play_id,
            weaker.spotify_id as weaker_spotify_id,
            stronger.source,
            weaker.source as weaker_source,
            stronger.source_rank,
            weaker.source_rank as weaker_rank,
            min(abs(stronger.second - weaker.second)) as seconds_apart
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
        group by all
    )

select play_id, weaker_play_id, weaker_spotify_id, source, weaker_source, seconds_apart
from pairs
qualify
    row_number() over (
        partition by play_id, weaker_rank
        order by seconds_apart nulls last, weaker_play_id nulls last
    )
    = 1
    and row_number() over (
        partition by weaker_play_id, source_rank
        order by seconds_apart nulls last, play_id nulls last
    )
    = 1
