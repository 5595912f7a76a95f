-- Which rows of the history are duplicates, and why? Grain: play_id. Three reasons:
-- repeated (their own source told it twice), matched (a stronger source tells of the
-- same play), covered (a stronger source covers that time and knows nothing of it).
-- Scrobbles are never covered: another player's play is real.
with
    play_repeats as (select * from {{ ref("play_repeats") }}),
    play_matches as (select * from {{ ref("play_matches") }}),
    covered_plays as (select * from {{ ref("covered_plays") }}),
    same_second as (
        select play_id, first_value(play_id) over longest_first as kept_play_id
        from {{ ref("listening_history_bronze") }}
        where ended_at_precision = 'second' and not {{ is_music("content_type") }}
        window
            longest_first as (
                partition by
                    listener_id,
                    source,
                    played_at,
                    coalesce(content_uri, track_name),
                    device_started_at
                order by ms_played desc nulls last, play_id nulls last
            )
        qualify row_number() over longest_first > 1
    ),
    reasons as (
        select play_id, 'repeated' as reason, kept_play_id, 1 as preference
        from play_repeats
        union all
        select play_id, 'repeated' as reason, kept_play_id, 1 as preference
        from same_second
        union all
        select
            weaker_play_id as play_id,
            'matched' as reason,
            min(play_id) as kept_play_id,
            2 as preference
        from play_matches
        group by weaker_play_id
        union all
        select play_id, 'covered' as reason, null as kept_play_id, 3 as preference
        from covered_plays
    )

select play_id, reason, kept_play_id
from reasons
qualify row_number() over (partition by play_id order by preference nulls last) = 1
