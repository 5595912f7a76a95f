-- What do the ids of each recording tell of it together? Grain: listener_id, track_id.
-- The names are those under its own id; duration_ms is seen from plays that ended by
-- themselves, of the id with most of them; household_track_id is the recording among
-- the tracks of all listeners.
with
    track_identities as (select * from {{ ref("track_identities") }}),
    track_spellings as (select * from {{ ref("track_spellings") }} where is_primary),
    track_lengths as (select * from {{ ref("track_lengths") }}),
    told as (
        select
            track_identities.listener_id,
            track_identities.track_id,
            max(name_id) filter (
                where track_identities.told_id = track_identities.track_id
            ) as name_id,
            max(song_id) filter (
                where track_identities.told_id = track_identities.track_id
            ) as song_id,
            min(isrc) as isrc,
            max_by(
                track_lengths.duration_ms,
                track_lengths.n_plays * 1000000000 + track_lengths.duration_ms
            ) as duration_ms
        from track_identities
        left join track_spellings using (listener_id, told_id)
        left join track_lengths using (listener_id, told_id)
        where track_identities.listener_id <> {{ household() }}
        group by track_identities.listener_id, track_identities.track_id
    )

select
    told.listener_id,
    told.track_id,
    told.name_id,
    told.song_id,
    told.isrc,
    told.duration_ms,
    household.track_id as household_track_id
from told
left join
    track_identities as household
    on told.track_id = household.told_id
    and household.listener_id = {{ household() }}
