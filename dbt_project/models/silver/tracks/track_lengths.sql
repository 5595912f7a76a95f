-- How long is each told id, seen from plays that ended by themselves? Where a source
-- gives no reason why a stream ended, the length that was played most often, twice at
-- least. Grain: listener_id, told_id; 'all' is the household. Whether a stream was
-- long enough for a play is asked in
-- seconds here: a share of the length needs this length.
with
    history as (select * from {{ ref("listening_history_bronze") }}),
    counted as (
        select
            listener_id,
            case when has_spotify_id then track_id end as spotify_id,
            case when not has_spotify_id then artist_name end as artist_name,
            case when not has_spotify_id then track_name end as track_name,
            ms_played,
            count(*) as n_plays,
            max(reason_end = 'trackdone') as is_finished
        from history
        where
            {{ is_music("content_type") }}
            and track_id is not null
            and ms_played >= {{ var("min_play_seconds") }} * 1000
            and coalesce(reason_end, 'trackdone') = 'trackdone'
        group by
            listener_id,
            case when has_spotify_id then track_id end,
            case when not has_spotify_id then artist_name end,
            case when not has_spotify_id then track_name end,
            ms_played
    ),
    scoped as (
        select *
        from counted
        union all
        select
            {{ household() }} as listener_id,
            spotify_id,
            artist_name,
            track_name,
            ms_played,
            n_plays,
            is_finished
        from counted
        where (select count(distinct listener_id) from counted) > 1
    ),
    lengths as (
        select
            listener_id,
            coalesce(spotify_id, {{ name_id("artist_name", "track_name") }}) as told_id,
            ms_played,
            cast(sum(n_plays) as bigint) as n_plays,
            max(is_finished) as is_finished
        from scoped
        group by
            listener_id,
            coalesce(spotify_id, {{ name_id("artist_name", "track_name") }}),
            ms_played
    )

select listener_id, told_id, ms_played as duration_ms, n_plays
from lengths
where is_finished or n_plays > 1
qualify
    row_number() over (
        partition by listener_id, told_id
        order by n_plays desc nulls last, ms_played desc nulls last
    )
    = 1
