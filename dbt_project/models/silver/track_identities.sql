-- Which recording is each id under which music was told? Grain: told_id. track_id is
-- the
-- one id that stands for the recording, the same for all its ids. A track without an id
-- is what shares its ISRC, else what bears its name: of several recordings the measured
-- one, then the lowest id.
with
    track_spellings as (select * from {{ ref("track_spellings") }}),
    track_lengths as (select * from {{ ref("track_lengths") }}),
    track_recordings as (select * from {{ ref("track_recordings") }}),
    recordings as (
        select
            track_spellings.*,
            track_recordings.track_id,
            track_recordings.match_method,
            track_recordings.is_measured,
            track_recordings.duration_ms as known_ms
        from track_spellings
        inner join track_recordings using (told_id)
    ),
    bearers as (
        select name_id, track_id, is_measured, max(known_ms) as known_ms
        from recordings
        where is_named
        group by name_id, track_id, is_measured
    ),
    names as (
        select *, count(*) over (partition by name_id) as n_candidates
        from bearers
        qualify
            row_number() over (
                partition by name_id
                order by is_measured desc nulls last, track_id nulls last
            )
            = 1
    ),
    isrcs as (
        select isrc, track_id, is_measured, max(known_ms) as known_ms
        from recordings
        where isrc is not null
        group by isrc, track_id, is_measured
    )

select
    recordings.told_id,
    recordings.track_id,
    recordings.match_method,
    recordings.is_measured,
    coalesce(names.n_candidates, 1) as n_candidates,
    recordings.known_ms as duration_ms
from recordings
left join names using (name_id)
where recordings.is_primary
union all
select
    track_spellings.told_id,
    coalesce(isrcs.track_id, names.track_id, track_spellings.told_id) as track_id,
    case
        when isrcs.track_id is not null
        then 'isrc'
        when names.track_id is not null
        then 'title_artist'
        else 'id'
    end as match_method,
    coalesce(isrcs.is_measured, names.is_measured, false) as is_measured,
    coalesce(names.n_candidates, 0) as n_candidates,
    coalesce(
        track_spellings.duration_ms,
        isrcs.known_ms,
        names.known_ms,
        track_lengths.duration_ms
    ) as duration_ms
from track_spellings
left join isrcs using (isrc)
left join names on track_spellings.is_named and track_spellings.name_id = names.name_id
left join track_lengths using (told_id)
where not track_spellings.has_spotify_id
