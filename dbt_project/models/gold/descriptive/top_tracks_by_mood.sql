-- Which tracks do you play most within each mood category of the music?
-- Grain: one row per listener, mood category and rank, up to 50 tracks a category.
-- Caveat: measured tracks only, so a favourite without measured features is missing;
-- ties go to the longer time listened, then to the lower track_id.
with
    heard_tracks as (select * from {{ ref("heard_tracks") }}),
    ranked as (
        select
            *,
            row_number() over (
                partition by listener_id, mood_category
                order by
                    plays desc nulls last,
                    ms_played desc nulls last,
                    track_id nulls last
            ) as rank_in_category
        from heard_tracks
        where is_measured and mood_category is not null
    )

select
    listener_id,
    mood_category,
    cast(rank_in_category as integer) as rank_in_category,
    track_id,
    track_name,
    artist_name,
    plays as play_count,
    ms_played / 60000e0 as minutes,
    {{ share("timed_plays", "plays") }} as ms_played_share,
    valence,
    energy,
    danceability,
    tempo,
    first_played_at,
    last_played_at,
    is_measured,
    is_simulated
from ranked
where rank_in_category <= 50
order by listener_id nulls last, mood_category nulls last, rank_in_category nulls last
