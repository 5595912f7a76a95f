-- Stretches of a listener's history without a silence that is not believed: what looks
-- back reaches no further than the beginning of its spell. Grain: listener_id,
-- from_date. Days of music; the first spell begins with the first, the last one ends
-- with the last.
with
    listening as (select * from {{ ref("listening_with_features") }}),
    silences as (select * from {{ ref("history_silences") }}),
    bounds as (
        select
            listener_id,
            min(listening_date) as first_date,
            max(listening_date) as last_date
        from listening
        group by listener_id
    ),
    starts as (
        select
            listener_id,
            first_date as from_date,
            cast(null as date) as silent_from,
            cast(0 as bigint) as silent_days_before
        from bounds
        union all
        select
            listener_id,
            cast(silences.to_date + interval 1 day as date) as from_date,
            silences.from_date as silent_from,
            silences.days as silent_days_before
        from silences
        inner join bounds using (listener_id)
        where silences.from_date > first_date and silences.to_date < last_date
    )

select
    listener_id,
    starts.from_date,
    coalesce(
        cast(
            lead(starts.silent_from) over (
                partition by listener_id order by starts.from_date nulls last
            )
            - interval 1 day as date
        ),
        bounds.last_date
    ) as to_date,
    starts.silent_days_before
from starts
inner join bounds using (listener_id)
