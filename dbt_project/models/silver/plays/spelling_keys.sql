-- What is comparable of each id, artist and title under which music was told? Grain:
-- listener_id, spotify_id, artist_name, track_name, empty texts where the source has
-- none.
-- title_key is the same for all spellings of a recording, artist_key is NULL where it
-- may be anybody. Names are made comparable once per spelling, never per play.
with
    history as (select * from {{ ref("listening_history_bronze") }}),
    track_identities as (select * from {{ ref("track_identities") }}),
    spellings as (
        select distinct
            listener_id,
            case when has_spotify_id then track_id else '' end as spotify_id,
            coalesce(artist_name, '') as artist_name,
            coalesce(track_name, '') as track_name
        from history
        where {{ is_music("content_type") }}
    ),
    normalised as (
        select
            *,
            case
                when spotify_id <> ''
                then spotify_id
                else {{ name_id("artist_name", "track_name") }}
            end as told_id,
            {{ normalise_title("track_name") }} as title,
            {{ normalise_name("artist_name") }} as artist,
            {{ first_artist("artist_name") }} as first_artist
        from spellings
    )

select
    normalised.listener_id,
    normalised.spotify_id,
    normalised.artist_name,
    normalised.track_name,
    max(normalised.title) over (
        partition by
            normalised.listener_id,
            coalesce(track_identities.track_id, normalised.told_id)
    ) as title_key,
    case
        when not {{ is_any_artist("normalised.artist") }} then normalised.artist
    end as artist_key,
    normalised.first_artist as first_artist_key,
    track_identities.duration_ms
from normalised
left join
    track_identities
    on normalised.listener_id = track_identities.listener_id
    and normalised.told_id = track_identities.told_id
