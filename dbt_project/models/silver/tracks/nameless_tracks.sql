-- Which recording is each track that was told without an id? Grain: listener_id,
-- told_id. What
-- shares its ISRC, else what bears its name and is not of another length: of several
-- that of its length (within 3 s), the measured one, then the lowest id. track_id is
-- NULL where nothing known is it.
with
    track_spellings as (select * from {{ ref("track_spellings") }}),
    track_lengths as (select * from {{ ref("track_lengths") }}),
    track_recordings as (select * from {{ ref("track_recordings") }}),
    recordings as (
        select
            listener_id,
            told_id,
            track_spellings.name_id,
            track_spellings.isrc,
            track_spellings.is_named,
            track_recordings.track_id,
            track_recordings.is_measured,
            track_recordings.duration_ms
        from track_spellings
        inner join track_recordings using (listener_id, told_id)
    ),
    isrcs as (
        select listener_id, isrc, min(track_id) as track_id
        from recordings
        where isrc is not null
        group by listener_id, isrc
    ),
    nameless as (
        select
            listener_id,
            told_id,
            track_spellings.name_id,
            isrcs.track_id as isrc_track_id,
            coalesce(
                track_spellings.duration_ms, track_lengths.duration_ms
            ) as duration_ms
        from track_spellings
        left join isrcs using (listener_id, isrc)
        left join track_lengths using (listener_id, told_id)
        where not track_spellings.has_spotify_id
    ),
    candidates as (
        select
            listener_id,
            nameless.told_id,
            recordings.track_id,
            case when recordings.is_measured then '0' else '1' end
            || recordings.track_id as preference,
            abs(nameless.duration_ms - recordings.duration_ms) as ms_apart
        from nameless
        inner join recordings using (listener_id, name_id)
        where recordings.is_named
    ),
    found as (
        select
            listener_id,
            told_id,
            coalesce(
                min(preference) filter (where ms_apart <= 3000),
                min(preference) filter (where ms_apart is null)
            ) as preference,
            count(distinct track_id) as n_candidates
        from candidates
        group by listener_id, told_id
    )

select
    listener_id,
    told_id,
    coalesce(nameless.isrc_track_id, substr(found.preference, 2)) as track_id,
    nameless.isrc_track_id is not null as is_by_isrc,
    coalesce(found.n_candidates, 0) as n_candidates,
    nameless.duration_ms
from nameless
left join found using (listener_id, told_id)
