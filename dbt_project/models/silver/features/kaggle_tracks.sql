-- The catalogue once per track. Grain: track_id; of a track's rows the first in the
-- file speaks, and the genres of all are kept. Silent rows (tempo 0) have 0 where
-- nothing can be measured: those values are NULL here.
with
    kaggle_tracks as (
        select *, tempo = 0 as is_silent from {{ ref("kaggle_tracks_bronze") }}
    ),
    genres as (
        select
            track_id,
            {{ ordered_list("track_genre", "row_number") }} as track_genres,
            count(*) as n_rows,
            min(row_number) as first_row
        from {{ ref("kaggle_tracks_bronze") }}
        group by track_id
    )

select
    kaggle_tracks.track_id,
    {{ name_id("kaggle_tracks.primary_artist", "kaggle_tracks.track_name") }}
    as name_id,
    kaggle_tracks.track_name,
    split(kaggle_tracks.artists, ';') as artist_names,
    kaggle_tracks.primary_artist,
    kaggle_tracks.album_name,
    kaggle_tracks.popularity,
    kaggle_tracks.duration_ms,
    kaggle_tracks.explicit,
    {%- for feature in audio_features() %}
        {%- if feature in ("danceability", "valence", "speechiness", "tempo", "time_signature") %}
            case when not is_silent then {{ feature }} end as {{ feature }},
        {%- else %} {{ feature }},
        {%- endif %}
    {%- endfor %}
    kaggle_tracks.track_genre,
    genres.track_genres,
    genres.n_rows,
    kaggle_tracks.is_simulated
from kaggle_tracks
inner join genres on kaggle_tracks.row_number = genres.first_row
