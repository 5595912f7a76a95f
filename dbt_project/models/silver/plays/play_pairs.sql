-- Which rows of two sources can be the same play? Same listener and song, artists that
-- agree at least in part. Grain: play_id, weaker_play_id. is_near: begins or ends
-- within
-- 90 s (150 s where a source has minutes), or the weaker row, of which only a moment is
-- known, lies between begin and end. Others lie in a pause that a row without a
-- device's
-- clock may have had. position counts the stronger source's plays of that song.
with
    play_repeats as (select * from {{ ref("play_repeats") }}),
    covered_plays as (select * from {{ ref("covered_plays") }}),
    candidates as (
        select
            play_clocks.*,
            cast(floor((possible_second - 1800) / 3600) as bigint) as first_hour,
            cast(floor((ended_second + 1800) / 3600) as bigint) as last_hour,
            cast(floor(played_second / 3600) as bigint) as played_hour,
            covered_plays.play_id is not null as is_covered
        from {{ ref("play_clocks") }} as play_clocks
        left join play_repeats on play_clocks.play_id = play_repeats.play_id
        left join covered_plays on play_clocks.play_id = covered_plays.play_id
        where has_others and title_key is not null and play_repeats.play_id is null
    ),
    steps as (
        {%- for step in range(27) %}
            select {{ step }} as step {{ "union all" if not loop.last }}
        {%- endfor %}
    ),
    -- A row that a stronger source does not know, where it covers the time, is no play.
    stronger as (
        select
            *,
            row_number() over (
                partition by listener_id, title_key, source_rank
                order by began_second nulls last, play_id nulls last
            ) as position
        from candidates
        where not is_covered
    ),
    by_hour as (
        select stronger.*, stronger.first_hour + steps.step as hour
        from stronger
        inner join steps on steps.step <= stronger.last_hour - stronger.first_hour
    ),
    pairs as (
        select
            by_hour.play_id,
            candidates.play_id as weaker_play_id,
            candidates.spotify_id as weaker_spotify_id,
            by_hour.source,
            candidates.source as weaker_source,
            by_hour.source_rank,
            candidates.source_rank as weaker_rank,
            by_hour.listener_id,
            by_hour.title_key,
            by_hour.position,
            candidates.played_second as weaker_second,
            abs(by_hour.began_second - candidates.began_second) as seconds_apart,
            coalesce({{ is_near_pair("by_hour", "candidates") }}, false) as is_near,
            candidates.ms_played is null
            and candidates.played_second
            between by_hour.possible_second and by_hour.ended_second as is_possible
        from candidates
        inner join
            by_hour
            on candidates.listener_id = by_hour.listener_id
            and candidates.title_key = by_hour.title_key
            and candidates.played_hour = by_hour.hour
        where
            by_hour.source_rank < candidates.source_rank
            and {{ artists_agree("by_hour", "candidates") }}
    )

select *
from pairs
where is_near or is_possible
