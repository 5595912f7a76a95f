-- What does each genre of the catalogue sound like?
-- Grain: one row per genre (no listener).
-- Caveat: a track filed under several genres counts in each; silent tracks have no
-- danceability, valence,
-- speechiness or tempo.
with
    files as (
        select distinct track_id, track_genre from {{ ref("kaggle_tracks_bronze") }}
    ),
    tracks as (select * from {{ ref("kaggle_tracks") }})

select
    files.track_genre,
    count(*) as n_tracks,
    count(distinct tracks.primary_artist) as n_artists,
    avg(tracks.popularity) as avg_popularity,
    avg(tracks.duration_ms) / 60000e0 as avg_duration_minutes,
    {{ share("count(case when tracks.explicit then 1 end)", "count(*)") }}
    as explicit_share,
    {% for feature in audio_features() if feature not in ["time_signature", "key", "mode"] %}
        avg(tracks.{{ feature }}) as avg_{{ feature }},
    {% endfor %}
    {{ share("count(case when tracks.mode = 1 then 1 end)", "count(tracks.mode)") }}
    as major_share,
    stddev_samp(tracks.valence) as valence_std_dev,
    stddev_samp(tracks.energy) as energy_std_dev,
    bool_or(tracks.is_simulated) as is_simulated
from files
inner join tracks using (track_id)
where files.track_genre is not null
group by files.track_genre
order by track_genre nulls last
