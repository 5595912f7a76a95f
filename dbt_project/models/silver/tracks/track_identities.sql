-- Which recording is each id under which music was told? Grain: told_id. track_id is
-- the one id that stands for the recording, the same for all its ids. A track without
-- an id is what shares its ISRC, else what bears its name: of several recordings the
-- measured one, then the lowest id.
with
    track_spellings as (select * from {{ ref("track_spellings") }}),
    track_lengths as (select * from {{ ref("track_lengths") }}),
    track_recordings as (select * from {{ ref("track_recordings") }}),
    recordings as (
        select
            track_spellings.*, track_recordings.track_id, track_recordings.is_measured
        from track_spellings
        inner join track_recordings using (told_id)
    ),
    names as (
        select
            name_id,
            substr(
                min(case when is_measured then '0' else '1' end || track_id), 2
            ) as track_id,
            count(distinct track_id) as n_candidates
        from recordings
        where is_named
        group by name_id
    ),
    isrcs as (
        select isrc, min(track_id) as track_id
        from recordings
        where isrc is not null
        group by isrc
    ),
    nameless as (
        select
            track_spellings.told_id,
            coalesce(isrcs.track_id, names.track_id) as track_id,
            isrcs.track_id is not null as is_by_isrc,
            coalesce(names.n_candidates, 0) as n_candidates,
            track_spellings.duration_ms
        from track_spellings
        left join isrcs using (isrc)
        left join names using (name_id)
        where not track_spellings.has_spotify_id
    )

select
    track_recordings.told_id,
    track_recordings.track_id,
    track_recordings.match_method,
    track_recordings.is_measured,
    coalesce(names.n_candidates, 1) as n_candidates,
    track_recordings.duration_ms
from track_recordings
inner join track_spellings using (told_id)
left join names using (name_id)
where track_spellings.is_primary
union all
select
    nameless.told_id,
    coalesce(nameless.track_id, nameless.told_id) as track_id,
    case
        when nameless.is_by_isrc
        then 'isrc'
        when nameless.track_id is not null
        then 'title_artist'
        else 'id'
    end as match_method,
    coalesce(track_recordings.is_measured, false) as is_measured,
    nameless.n_candidates,
    coalesce(
        nameless.duration_ms, track_recordings.duration_ms, track_lengths.duration_ms
    ) as duration_ms
from nameless
left join track_recordings on nameless.track_id = track_recordings.told_id
left join track_lengths on nameless.told_id = track_lengths.told_id
