-- How much of each chapter of an audiobook was heard, kept apart from music. Grain:
-- listener_id, content_id, which is the content's uri or, where the source has none,
-- made of its names. finished: a stream of it ran to its end; abandoned: none did;
-- unknown: no source tells why its streams ended.
with
    plays as (select * from {{ ref("plays") }}),
    streams as (
        select
            *,
            coalesce(
                content_uri,
                {{ name_id("coalesce(album_name, artist_name)", "track_name") }}
            ) as content_id
        from plays
        where content_type = 'audiobook'
    )

select
    listener_id,
    content_id,
    max_by(coalesce(album_name, artist_name), played_at) as book_title,
    max_by(track_name, played_at) as chapter_title,
    count(*) as n_streams,
    count(*) filter (where is_play) as n_plays,
    cast(sum(ms_played) as bigint) / cast(60000 as double) as minutes,
    {{ share("count(ms_played)", "count(*)") }} as ms_played_share,
    min(started_at) as first_started_at,
    max(started_at) as last_started_at,
    case
        when max(case when reason_end = 'trackdone' then 1 else 0 end) = 1
        then 'finished'
        when count(reason_end) > 0
        then 'abandoned'
        else 'unknown'
    end as state,
    max(is_simulated) as is_simulated
from streams
group by listener_id, content_id
