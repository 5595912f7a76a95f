-- Which rows of the history give way, and why. Grain: play_id. Three reasons: same_second (one source logged it
-- twice: the longest stays), matched (a stronger source tells of the same play), covered (a stronger source
-- covers that time and knows nothing of it). Scrobbles are never covered: another player's play is real.
with
    history as (select * from {{ ref("listening_history_bronze") }}),
    source_coverage as (select * from {{ ref("source_coverage") }}),
    calendar as (select * from {{ ref("calendar") }}),
    play_matches as (select * from {{ ref("play_matches") }}),
    logged as (
        select
            play_id,
            listener_id,
            source,
            played_at,
            coalesce(content_uri, track_id, track_name) as content,
            -- Offline plays share the second of their upload; only the device's clock tells them apart.
            case when started_at_source = 'offline_timestamp' then started_at end as device_started_at,
            ms_played
        from history
        where ended_at_precision = 'second'
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
        select weaker_play_id as play_id, 'matched' as reason, min(play_id) as kept_play_id
        from play_matches
        group by weaker_play_id
    ),
    covered_days as (
        select source_coverage.*, calendar.date_day
        from source_coverage
        inner join
            calendar
            on calendar.date_day between cast(source_coverage.covered_from as date)
            and cast(source_coverage.covered_to as date)
    ),
    covered as (
        select distinct history.play_id, 'covered' as reason
        from history
        inner join
            covered_days
            on history.listener_id = covered_days.listener_id
            and {{ content_group("history.content_type") }} = covered_days.content_group
            and cast(history.played_at as date) = covered_days.date_day
        where
            history.source in ('account', 'api')
            and covered_days.source_rank < {{ source_rank("history.source") }}
            and history.played_at between covered_days.covered_from and covered_days.covered_to
    ),
    reasons as (
        select play_id, reason, kept_play_id, 1 as preference
        from same_second
        union all
        select play_id, reason, kept_play_id, 2 as preference
        from matched
        union all
        select play_id, reason, null as kept_play_id, 3 as preference
        from covered
    )

select play_id, reason, kept_play_id
from reasons
qualify row_number() over (partition by play_id order by preference nulls last) = 1
