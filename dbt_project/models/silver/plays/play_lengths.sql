-- How much of each stream of music fits into the time it was played in? Grain: play_id;
-- no duplicates. heard_from: the start, later by the seconds that its source rounds off
-- where streams would overlap. ms_counted ends where the next stream begins; NULL where
-- the length is unknown or a counter ran on. most_seconds bounds a poll without length:
-- since the poll before it.
with
    history as (select * from {{ ref("listening_history_bronze") }}),
    play_duplicates as (select * from {{ ref("play_duplicates") }}),
    streams as (
        select
            history.play_id,
            history.listener_id,
            history.source,
            {{ began_at("history") }} as began_at,
            history.ended_at,
            case
                when not {{ is_overlong("history.ms_played") }} then history.ms_played
            end as ms_played,
            case
                when history.ended_at_precision = 'minute' then 60000 else 2000
            end as slack_ms
        from history
        left join play_duplicates on history.play_id = play_duplicates.play_id
        where {{ is_music("history.content_type") }} and play_duplicates.play_id is null
    ),
    placed as ({{ placed_streams("streams") }}),
    counted as (
        select
            play_id,
            heard_from,
            least(
                ms_played,
                coalesce(
                    lead({{ epoch_ms("heard_from") }}) over (
                        partition by listener_id
                        order by
                            heard_from nulls last,
                            ms_played nulls last,
                            play_id nulls last
                    )
                    - {{ epoch_ms("heard_from") }},
                    ms_played
                )
            ) as ms_counted
        from placed
    ),
    polls as (
        select
            play_id,
            {{ epoch_seconds("ended_at") }}
            - lag({{ epoch_seconds("ended_at") }}) over (
                partition by listener_id, source
                order by ended_at nulls last, play_id nulls last
            ) as most_seconds
        from streams
        where ended_at is not null and {{ source_is("source", "tells_lengths", false) }}
    )

select
    streams.play_id,
    coalesce(counted.heard_from, streams.began_at) as heard_from,
    coalesce(counted.ms_counted, streams.ms_played) as ms_counted,
    polls.most_seconds
from streams
left join counted on streams.play_id = counted.play_id
left join polls on streams.play_id = polls.play_id
