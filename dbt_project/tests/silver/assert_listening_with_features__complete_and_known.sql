-- One row per music play, every word a known one, and no NaN: a single one makes every
-- mean over it NaN.
with
    plays as (
        select count(*) as n_rows from {{ ref("plays") }} where is_music and is_play
    ),
    listening as (
        select
            count(*) as n_rows,
            count(*) filter (
                where
                    feature_source not in ('real', 'synthetic', 'kaggle', 'unknown')
                    or match_method
                    not in ('id', 'title_artist_duration', 'title_artist', 'none')
                    or part_of_day not in ('morning', 'afternoon', 'evening', 'night')
                    or hour_of_day not between 0
                    and 23
                    or day_of_week not between 1
                    and 7
                    or mood_category not in (
                        'Happy_Energetic',
                        'Happy_Calm',
                        'Sad_Energetic',
                        'Sad_Calm',
                        'Neutral'
                    )
                    or (valence is null) <> (mood_quadrant is null)
                    and energy is not null
                    or is_measured
                    and (feature_source not in ('real', 'kaggle') or valence is null)
                    or (track_id is null and track_name is not null)
                    or session_id is null
                    or local_date is null
                    {%- for feature in continuous_features() %}
                        or isnan({{ feature }})
                    {%- endfor %}
            ) as n_odd
        from {{ ref("listening_with_features") }}
    )

select plays.n_rows as n_plays, listening.n_rows, listening.n_odd
from plays
cross join listening
where plays.n_rows <> listening.n_rows or listening.n_odd > 0
