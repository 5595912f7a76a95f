-- What is known of each recording that was heard or fetched, before any catalogue: its
-- names and length. Grain: track_id. Metadata speaks first, that of the id itself
-- before that of another id of the recording, then the latest play; a length nobody
-- tells is seen from plays (the length of most plays, then the longest).
with
    plays as (select * from {{ ref("plays") }}),
    tracks as (select * from {{ ref("tracks_bronze") }}),
    track_lengths as (select * from {{ ref("track_lengths") }}),
    track_spellings as (select * from {{ ref("track_spellings") }} where is_primary),
    track_identities as (select * from {{ ref("track_identities") }}),
    heard as (
        select
            track_id,
            {% for name in ("track_name", "artist_name", "album_name") %}
                max_by({{ name }}, played_at) filter (
                    where {{ name }} is not null
                ) as {{ name }},
            {% endfor %}
            max(duration_ms) as duration_ms
        from plays
        where is_music
        group by track_id
    ),
    fetched as (
        select tracks.*, track_identities.track_id as recording_id
        from tracks
        inner join track_identities on tracks.track_id = track_identities.told_id
        qualify
            row_number() over (
                partition by track_identities.track_id
                order by
                    tracks.track_id = track_identities.track_id desc nulls last,
                    tracks.track_id nulls last
            )
            = 1
    ),
    seen as (
        select
            track_identities.track_id,
            max_by(
                track_lengths.duration_ms,
                track_lengths.n_plays * 1000000000 + track_lengths.duration_ms
            ) as duration_ms
        from track_lengths
        inner join track_identities using (told_id)
        group by track_identities.track_id
    ),
    told as (
        select
            track_identities.track_id,
            max(name_id) filter (where told_id = track_identities.track_id) as name_id,
            max(song_id) filter (where told_id = track_identities.track_id) as song_id,
            min(isrc) as isrc
        from track_spellings
        inner join track_identities using (told_id)
        group by track_identities.track_id
    )

select
    told.track_id,
    told.name_id,
    told.song_id,
    coalesce(fetched.track_name, heard.track_name) as track_name,
    coalesce(fetched.primary_artist, heard.artist_name) as primary_artist,
    fetched.artist_names,
    coalesce(fetched.album_name, heard.album_name) as album_name,
    coalesce(fetched.duration_ms, heard.duration_ms, seen.duration_ms) as duration_ms,
    case
        when coalesce(fetched.duration_ms, heard.duration_ms) is not null
        then 'metadata'
        when seen.duration_ms is not null
        then 'finished_plays'
    end as duration_source,
    coalesce(fetched.isrc, told.isrc) as isrc,
    fetched.explicit,
    fetched.popularity,
    fetched.release_date
from told
left join heard using (track_id)
left join fetched on told.track_id = fetched.recording_id
left join seen using (track_id)
where heard.track_id is not null or fetched.track_id is not null
