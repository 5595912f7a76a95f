-- Which session each stream of music belongs to: a run without a pause longer than
-- session_gap_minutes, measured from the latest end so far. Grain: play_id. Duplicates
-- have none; streams too short to count as plays have one too. A pause that long inside
-- a song is a break as well: the song belongs to the session before it.
with
    history as (select * from {{ ref("listening_history_bronze") }}),
    play_duplicates as (select * from {{ ref("play_duplicates") }}),
    streams as (
        select
            history.play_id,
            history.listener_id,
            {{ epoch_seconds(began_at("history")) }} as start_second,
            {{
                epoch_seconds(
                    heard_until(
                        began_at("history"), stopped_at("history"), "history.ms_played"
                    )
                )
            }} as stop_second
        from history
        left join play_duplicates on history.play_id = play_duplicates.play_id
        where {{ is_music("history.content_type") }} and play_duplicates.play_id is null
    ),
    paused as (
        select
            play_id,
            listener_id,
            start_second,
            start_second - max(stop_second) over (
                partition by listener_id
                order by start_second nulls last
                rows between unbounded preceding and 1 preceding
            ) as pause_seconds
        from streams
    )

select
    play_id,
    max(
        case
            when coalesce(pause_seconds > {{ var("session_gap_minutes") }} * 60, true)
            then start_second
        end
    ) over (
        partition by listener_id
        order by start_second nulls last
        range between unbounded preceding and current row
    ) as session_second
from paused
