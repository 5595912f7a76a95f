-- Which recording is each id under which music was told? Grain:
-- listener_id, told_id; 'all' is the household. track_id is the one id that stands for
-- the recording, the same for all its ids that this listener has: what others hear
-- changes nothing. What a track
-- without an id is, nameless_tracks says; what nobody knows stays itself.
with
    track_spellings as (select * from {{ ref("track_spellings") }}),
    track_recordings as (select * from {{ ref("track_recordings") }}),
    nameless_tracks as (select * from {{ ref("nameless_tracks") }}),
    names as (
        select
            listener_id,
            track_spellings.name_id,
            count(distinct track_recordings.track_id) as n_candidates
        from track_spellings
        inner join track_recordings using (listener_id, told_id)
        where track_spellings.is_named
        group by listener_id, track_spellings.name_id
    )

select
    listener_id,
    told_id,
    track_recordings.track_id,
    track_recordings.match_method,
    track_recordings.is_measured,
    coalesce(names.n_candidates, 1) as n_candidates,
    track_recordings.duration_ms
from track_recordings
inner join track_spellings using (listener_id, told_id)
left join names using (listener_id, name_id)
where track_spellings.is_primary
union all
select
    nameless_tracks.listener_id,
    nameless_tracks.told_id,
    coalesce(nameless_tracks.track_id, nameless_tracks.told_id) as track_id,
    case
        when nameless_tracks.is_by_isrc
        then 'isrc'
        when nameless_tracks.track_id is not null
        then 'title_artist'
        else 'id'
    end as match_method,
    coalesce(track_recordings.is_measured, false) as is_measured,
    nameless_tracks.n_candidates,
    coalesce(nameless_tracks.duration_ms, track_recordings.duration_ms) as duration_ms
from nameless_tracks
left join
    track_recordings
    on nameless_tracks.listener_id = track_recordings.listener_id
    and nameless_tracks.track_id = track_recordings.told_id
