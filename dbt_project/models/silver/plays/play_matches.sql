-- Which rows of two sources are the same play? Grain: play_id, weaker_play_id. Of the
-- pairs that can be, each weaker row takes in order the first stronger one that is
-- left:
-- a scrobbler that is always late would be nearer to the next play of a loop. First
-- near
-- pairs, then what is left of all.
with
    play_pairs as (select * from {{ ref("play_pairs") }}),
    near_pairs as (select * from play_pairs where is_near),
    near_matches as ({{ in_order("near_pairs") }}),
    {%- for earlier, pairs, matches in (
        ("near_matches", "other_pairs", "other_matches"),
        ("all_matches", "last_pairs", "last_matches"),
    ) %}
        {%- if not loop.first %}
            all_matches as (
                select *
                from near_matches
                union all
                select *
                from other_matches
            ),
        {%- endif %}
        {{ pairs }} as (
            select play_pairs.*
            from play_pairs
            left join
                {{ earlier }} as strong_taken
                on play_pairs.play_id = strong_taken.play_id
                and play_pairs.weaker_rank = strong_taken.weaker_rank
            left join
                {{ earlier }} as weak_taken
                on play_pairs.weaker_play_id = weak_taken.weaker_play_id
                and play_pairs.source_rank = weak_taken.source_rank
            where strong_taken.play_id is null and weak_taken.play_id is null
        ),
        {{ matches }} as ({{ in_order(pairs) }}){{ "," if not loop.last }}
    {%- endfor %}

select play_id, weaker_play_id, weaker_spotify_id, source, weaker_source, seconds_apart
from all_matches
union all
select play_id, weaker_play_id, weaker_spotify_id, source, weaker_source, seconds_apart
from last_matches
