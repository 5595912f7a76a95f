-- When the music of listeners with several sources ended and began, to find plays told
-- twice. Most scrobbles know only when a play began, a few only when it ended. Two
-- files of Last.fm, one of them with minutes, count as two sources. Grain: play_id,
-- clock (end or start). name_id is the same for every spelling of artist and title.
with
    -- Read in two ways: an import that is used twice would be copied first.
    history as (select * from {{ ref("listening_history_bronze") }}),
    music as (
        select listener_id, source, ended_at_precision
        from {{ ref("listening_history_bronze") }}
        where {{ is_music("content_type") }}
    ),
    told_twice as (
        select listener_id
        from music
        group by listener_id
        having count(distinct source || ended_at_precision) > 1
    ),
    candidates as (
        select
            history.play_id,
            history.listener_id,
            history.source,
            case
                when history.source = 'lastfm' and history.ended_at_precision = 'minute'
                then 6
                else {{ source_rank("history.source") }}
            end as source_rank,
            case when history.has_spotify_id then history.track_id end as spotify_id,
            coalesce(history.artist_name, '') as artist_name,
            coalesce(history.track_name, '') as track_name,
            case
                when history.ended_at_precision = 'minute' then 150 else 90
            end as near_seconds,
            coalesce(history.ended_at, history.played_at) as ended_at,
            coalesce(history.started_at, history.played_at) as started_at,
            history.ended_at is not null as knows_end,
            coalesce(history.started_at_source, '') <> 'ended_at' as knows_start
        from history
        inner join told_twice on history.listener_id = told_twice.listener_id
        where {{ is_music("history.content_type") }}
    ),
    spellings as (select distinct artist_name, track_name from candidates),
    names as (
        select *, {{ name_id("artist_name", "track_name") }} as name_id from spellings
    ),
    clocks as (
        select *, 'end' as clock, {{ epoch_seconds("ended_at") }} as second
        from candidates
        where source_rank < 4 or knows_end
        union all
        select *, 'start' as clock, {{ epoch_seconds("started_at") }} as second
        from candidates
        where knows_start
    )

select
    clocks.play_id,
    clocks.clock,
    clocks.listener_id,
    clocks.source,
    clocks.source_rank,
    clocks.spotify_id,
    names.name_id,
    clocks.near_seconds,
    clocks.second
from clocks
inner join
    names
    on clocks.artist_name = names.artist_name
    and clocks.track_name = names.track_name
