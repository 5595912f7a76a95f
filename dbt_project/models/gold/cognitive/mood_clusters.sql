-- Which tracks stand for each zone of your music?
-- Grain: one row per listener and cluster (zone).
-- Caveat: three examples, the most played; whether the zones are clusters is said in
-- mood_state_clusters. Empty until the first training.
with
    zones as (select * from {{ ref("mood_state_clusters") }}),
    assignments as (select * from {{ source("ml", "zone_assignments") }}),
    heard_tracks as (select * from {{ ref("heard_tracks") }}),
    ranked as (
        select
            listener_id,
            assignments.zone,
            heard_tracks.track_name
            || ' ('
            || heard_tracks.artist_name
            || ')' as example,
            row_number() over (
                partition by listener_id, assignments.zone
                order by
                    heard_tracks.plays desc nulls last,
                    heard_tracks.ms_played desc nulls last,
                    track_id nulls last
            ) as place
        from zones
        inner join assignments using (listener_id, zone, model, model_version)
        inner join heard_tracks using (listener_id, track_id)
    ),
    examples as (
        select
            listener_id,
            zone,
            {% for place in (1, 2, 3) %}
                max(
                    case when place = {{ place }} then example end
                ) as example_{{ place }}{{ "," if not loop.last }}
            {% endfor %}
        from ranked
        group by listener_id, zone
    )

select
    listener_id,
    zone as cluster,
    zones.name,
    zones.n_tracks as size,
    zones.play_share as share,
    zones.valence,
    zones.energy,
    zones.danceability,
    zones.acousticness,
    zones.instrumentalness,
    zones.tempo,
    example_1,
    example_2,
    example_3,
    zones.measured_share,
    zones.is_simulated
from zones
left join examples using (listener_id, zone)
order by listener_id nulls last, cluster nulls last
