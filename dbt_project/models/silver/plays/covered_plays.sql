-- Rows of a whole source (account data, polls) at times that a stronger one covers:
-- duplicates, whether or not that one knows the play. Grain: play_id. Days make it an
-- equality join.
with
    history as (select * from {{ ref("listening_history_bronze") }}),
    source_coverage as (select * from {{ ref("source_coverage") }}),
    calendar as (select * from {{ ref("calendar") }}),
    covered_days as (
        select source_coverage.*, calendar.date_day
        from source_coverage
        inner join
            calendar
            on calendar.date_day
            between cast(source_coverage.covered_from as date) and cast(
                source_coverage.covered_to as date
            )
    )

select distinct history.play_id
from history
inner join
    covered_days
    on history.listener_id = covered_days.listener_id
    and {{ content_group("history.content_type") }} = covered_days.content_group
    and cast(history.played_at as date) = covered_days.date_day
where
    {{ source_is("history.source", "is_whole") }}
    and covered_days.source_rank < {{ source_rank("history.source") }}
    and history.played_at between covered_days.covered_from and covered_days.covered_to
