-- Which playlists for focus, energy, calm or a lift can be made of your music, and how
-- do you get from one mood of music to another?
-- Grain: one row per listener, playlist and position.
-- Caveat: measured tracks only; "for" is what you asked the sound to be like, nothing
-- is said about its effect. Empty until lists were made.
{% set leads = {"focus": "instrumentalness", "energy": "energy", "calm": "energy", "lift": "valence"} %}
with
    playlists as (select * from {{ source("ml", "playlists") }}),
    tracks as (select * from {{ ref("suggested_tracks") }}),
    heard_tracks as (select * from {{ ref("heard_tracks") }} where is_measured),
    listed as (
        select
            listener_id,
            playlists.playlist_name,
            playlists.position,
            track_id,
            tracks.spotify_track_id,
            tracks.track_name,
            tracks.artist_name,
            tracks.track_genre,
            playlists.why,
            playlists.is_new and tracks.is_new_to_listener as is_new_to_listener,
            tracks.play_count,
            playlists.affinity,
            tracks.valence,
            tracks.energy,
            tracks.tempo,
            playlists.target_valence,
            playlists.target_energy,
            case
                playlists.playlist_name
                {% for name, feature in leads.items() %}
                    when '{{ name }}' then '{{ feature }}'
                {% endfor %}
            end as lead_feature,
            case
                playlists.playlist_name
                {% for name, feature in leads.items() %}
                    when '{{ name }}' then tracks.{{ feature }}
                {% endfor %}
            end as lead_value,
            playlists.created_at,
            playlists.model,
            playlists.model_version
        from playlists
        inner join tracks using (listener_id, track_id)
    ),
    standing as (
        select
            listener_id,
            listed.playlist_name,
            listed.position,
            avg(
                case
                    listed.lead_feature
                    {% for feature in ("instrumentalness", "energy", "valence") %}
                        when '{{ feature }}'
                        then
                            case
                                when heard_tracks.{{ feature }} < listed.lead_value
                                then 1e0
                                when heard_tracks.{{ feature }} is not null
                                then 0e0
                            end
                    {% endfor %}
                end
            ) as lead_percentile
        from listed
        inner join heard_tracks using (listener_id)
        group by listener_id, listed.playlist_name, listed.position
    )

select listed.*, standing.lead_percentile, tracks.is_simulated
from listed
inner join tracks using (listener_id, track_id)
left join standing using (listener_id, playlist_name, position)
order by listener_id nulls last, playlist_name nulls last, position nulls last
