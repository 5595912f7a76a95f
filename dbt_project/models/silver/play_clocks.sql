-- When the music of listeners with several sources ended and began, to find plays told
-- twice: only while another source tells something too. Most scrobbles know only when
-- a play began, a few only when it ended. Two files of Last.fm, one of them with
-- minutes, count as two sources. Grain: play_id, clock (end or start). name_id is the
-- same for every spelling of artist and title.
{% set began = "coalesce(started_at, played_at)" %}
{% set ended = "coalesce(ended_at, played_at)" %}
with
    -- Read in two ways: an import that is used twice would be copied first.
    history as (select * from {{ ref("listening_history_bronze") }}),
    spans as (
        select
            listener_id,
            source || ended_at_precision as told_by,
            min(least({{ began }}, {{ ended }})) as first_moment,
            max(greatest({{ began }}, {{ ended }})) as last_moment
        from {{ ref("listening_history_bronze") }}
        where {{ is_music("content_type") }}
        group by listener_id, source || ended_at_precision
    ),
    other_spans as (
        select
            spans.listener_id,
            spans.told_by,
            min(others.first_moment) - interval 1 hour as first_moment,
            max(others.last_moment) + interval 1 hour as last_moment
        from spans
        inner join
            spans as others
            on spans.listener_id = others.listener_id
            and spans.told_by <> others.told_by
        group by spans.listener_id, spans.told_by
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
        inner join
            other_spans
            on history.listener_id = other_spans.listener_id
            and history.source || history.ended_at_precision = other_spans.told_by
        where
            {{ is_music("history.content_type") }}
            and greatest({{ began }}, {{ ended }}) >= other_spans.first_moment
            and least({{ began }}, {{ ended }}) <= other_spans.last_moment
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
