-- The catalogue once per track. Grain: track_id; of a track's rows the first in the
-- file speaks, and the genres of all are kept. Its one genre is that which most tracks
-- of the artist share, of equal ones the broader: the first in the file is the
-- alphabet. Silent rows (tempo 0) have 0 where
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
    ),
    filed as (
        select
            track_id,
            track_genre,
            min(primary_artist) as primary_artist,
            count(*) over (partition by track_id) as n_genres
        from {{ ref("kaggle_tracks_bronze") }}
        where track_genre is not null
        group by track_id, track_genre
    ),
    of_artists as (
        select primary_artist, track_genre, count(*) as n_tracks
        from filed
        group by primary_artist, track_genre
    ),
    of_catalogue as (
        select track_genre, count(case when n_genres > 1 then 1 end) as n_shared
        from filed
        group by track_genre
    ),
    typical as (
        select filed.track_id, filed.track_genre
        from filed
        inner join of_catalogue using (track_genre)
        left join of_artists using (primary_artist, track_genre)
        qualify
            row_number() over (
                partition by filed.track_id
                order by
                    coalesce(of_artists.n_tracks, 1) desc nulls last,
                    of_catalogue.n_shared desc nulls last,
                    filed.track_genre nulls last
            )
            = 1
    )

select
    kaggle_tracks.track_id,
    {{ name_id("kaggle_tracks.primary_artist", "kaggle_tracks.track_name") }}
    as name_id,
    {{ song_id("kaggle_tracks.primary_artist", "kaggle_tracks.track_name") }}
    as song_id,
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
    typical.track_genre,
    genres.track_genres,
    genres.n_rows,
    kaggle_tracks.is_simulated
from kaggle_tracks
inner join genres on kaggle_tracks.row_number = genres.first_row
left join typical on kaggle_tracks.track_id = typical.track_id
