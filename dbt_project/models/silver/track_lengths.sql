-- How long a track is, seen from plays that ended by themselves. Where a source gives
-- no reason why a stream ended, the length that was played most often, twice at least.
-- Grain: track_id.
with
    plays as (select * from {{ ref("plays") }}),
    lengths as (
        select
            track_id,
            ms_played,
            count(*) as n_plays,
            max(reason_end = 'trackdone') as is_finished
        from plays
        where
            is_music
            and is_play
            and ms_played is not null
            and coalesce(reason_end, 'trackdone') = 'trackdone'
        group by track_id, ms_played
    )

select track_id, ms_played as duration_ms, n_plays
from lengths
where is_finished or n_plays > 1
qualify
    row_number() over (
        partition by track_id
        order by n_plays desc nulls last, ms_played desc nulls last
    )
    = 1
