-- Which rows of the history give way, and why. Grain: play_id. Three reasons:
-- same_second (one source logged it twice: the longest stays), matched (a stronger
-- source tells of the same play), covered (a stronger source covers that time and
-- knows nothing of it). Scrobbles are never covered: another player's play is real.
with
    -- Read in two ways: an import that is used twice would be copied first.
    history as (select * from {{ ref("listening_history_bronze") }}),
    precise_history as (
        select *
        from {{ ref("listening_history_bronze") }}
        where ended_at_precision = 'second'
    ),
    covered_plays as (select * from {{ ref("covered_plays") }}),
    play_matches as (select * from {{ ref("play_matches") }}),
    busy_seconds as (
        select listener_id, source, played_at
        from precise_history
        group by listener_id, source, played_at
        having count(*) > 1
    ),
    logged as (
        select
            history.play_id,
            history.listener_id,
            history.source,
            history.played_at,
            coalesce(
                history.content_uri, history.track_id, history.track_name
            ) as content,
            -- Offline plays share the second of their upload; the device's clock
            -- tells them apart.
            case
                when history.started_at_source = 'offline_timestamp'
                then history.started_at
            end as device_started_at,
            history.ms_played
        from history
        inner join
            busy_seconds
            on history.listener_id = busy_seconds.listener_id
            and history.source = busy_seconds.source
            and history.played_at = busy_seconds.played_at
        where history.ended_at_precision = 'second'
    ),
    same_second as (
        select
            play_id,
            'same_second' as reason,
            first_value(play_id) over longest_first as kept_play_id
        from logged
        window
            longest_first as (
                partition by listener_id, played_at, source, content, device_started_at
                order by ms_played desc nulls last, play_id nulls last
            )
        qualify row_number() over longest_first > 1
    ),
    matched as (
        select
            weaker_play_id as play_id, 'matched' as reason, min(play_id) as kept_play_id
        from play_matches
        group by weaker_play_id
    ),
    reasons as (
        select play_id, reason, kept_play_id, 1 as preference
        from same_second
        union all
        select play_id, reason, kept_play_id, 2 as preference
        from matched
        union all
        select play_id, 'covered' as reason, null as kept_play_id, 3 as preference
        from covered_plays
    )

select play_id, reason, kept_play_id
from reasons
qualify row_number() over (partition by play_id order by preference nulls last) = 1
