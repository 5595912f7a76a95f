-- What is known of each recording that a listener heard or looked up, before any
-- catalogue: its names and length. Grain: listener_id, track_id. Metadata speaks
-- first, that of the id itself
-- before that of another id of the recording, then the latest play; a length nobody
-- tells is seen from plays (the length of most plays, then the longest).
with
    plays as (select * from {{ ref("plays") }}),
    tracks as (select * from {{ ref("tracks_bronze") }}),
    recording_names as (select * from {{ ref("recording_names") }}),
    track_identities as (select * from {{ ref("track_identities") }}),
    heard as (
        select
            listener_id,
            track_id,
            {% for name in ("track_name", "artist_name", "album_name") %}
                max_by({{ name }}, played_at) filter (
                    where {{ name }} is not null
                ) as {{ name }},
            {% endfor %}
            max(duration_ms) as duration_ms
        from plays
        where is_music
        group by listener_id, track_id
    ),
    fetched as (
        select
            tracks.*,
            track_identities.listener_id,
            track_identities.track_id as recording_id
        from tracks
        inner join track_identities on tracks.track_id = track_identities.told_id
        qualify
            row_number() over (
                partition by track_identities.listener_id, track_identities.track_id
                order by
                    tracks.track_id = track_identities.track_id desc nulls last,
                    tracks.track_id nulls last
            )
            = 1
    )

select
    names.listener_id,
    names.track_id,
    names.name_id,
    names.song_id,
    names.household_track_id,
    coalesce(fetched.track_name, heard.track_name) as track_name,
    coalesce(fetched.primary_artist, heard.artist_name) as primary_artist,
    fetched.artist_names,
    coalesce(fetched.album_name, heard.album_name) as album_name,
    coalesce(fetched.duration_ms, heard.duration_ms, names.duration_ms) as duration_ms,
    case
        when coalesce(fetched.duration_ms, heard.duration_ms) is not null
        then 'metadata'
        when names.duration_ms is not null
        then 'finished_plays'
    end as duration_source,
    coalesce(fetched.isrc, names.isrc) as isrc,
    fetched.explicit,
    fetched.popularity,
    fetched.release_date
from recording_names as names
left join heard using (listener_id, track_id)
left join
    fetched
    on names.listener_id = fetched.listener_id
    and names.track_id = fetched.recording_id
where heard.track_id is not null or fetched.track_id is not null
