-- The catalogue once per track. Grain: track_id; of a track's rows the first in the
-- file speaks, and the genres of all are kept. Silent rows (tempo 0) have 0 where
-- nothing can be measured: those values are NULL here.
with
    kaggle_tracks as (select * from {{ ref("kaggle_tracks_bronze") }}),
    genres as (
        select
            track_id,
            {{ ordered_list("track_genre", "row_number") }} as track_genres,
            count(*) as n_rows
        from kaggle_tracks
        group by track_id
    ),
    first_rows as (
        select *, tempo = 0 as is_silent
        from kaggle_tracks
        qualify
            row_number() over (partition by track_id order by row_number nulls last) = 1
    )

select
    first_rows.track_id,
    {{ name_id("first_rows.primary_artist", "first_rows.track_name") }} as name_id,
    first_rows.track_name,
    split(first_rows.artists, ';') as artist_names,
    first_rows.primary_artist,
    first_rows.album_name,
    first_rows.popularity,
    first_rows.duration_ms,
    first_rows.explicit,
    {%- for feature in audio_features() %}
        {%- if feature in ("danceability", "valence", "speechiness", "tempo", "time_signature") %}
            case when not is_silent then {{ feature }} end as {{ feature }},
        {%- else %} {{ feature }},
        {%- endif %}
    {%- endfor %}
    first_rows.track_genre,
    genres.track_genres,
    genres.n_rows,
    first_rows.is_simulated
from first_rows
inner join genres on first_rows.track_id = genres.track_id
