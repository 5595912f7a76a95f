-- When the music of listeners with several sources ended and began, while another
-- source tells something too, to find plays told twice. Most scrobbles know only when
-- a play began, a few only when it ended. Grain: play_id, clock (end or start). name_id
-- is the same for every spelling of artist and title.
with
    -- Read in two ways: an import that is used twice would be copied first.
    history as (select * from {{ ref("listening_history_bronze") }}),
    spans as ({{ source_spans(ref("listening_history_bronze")) }}),
    other_spans as ({{ other_spans("spans") }}),
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
        inner join
            other_spans
            on history.listener_id = other_spans.listener_id
            and {{ told_by("history") }} = other_spans.told_by
        where
            {{ is_music("history.content_type") }}
            and {{ last_moment("history") }} >= other_spans.first_moment
            and {{ first_moment("history") }} <= other_spans.last_moment
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
