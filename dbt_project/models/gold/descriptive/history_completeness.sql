-- For which days is your history complete, and where is something missing?
-- Grain: one row per listener and date, from the first of January of the first year on.
-- Caveat: complete means inside the range of an imported extended export; unknown is a
-- silence inside a range that is not believed (silver.history_silences).
with
    ranges as (select * from {{ ref("covered_ranges") }}),
    days as (select * from {{ ref("history_days") }}),
    silences as (select * from {{ ref("history_silences") }}),
    gaps as (select * from {{ ref("history_gaps_bronze") }} where closed_at is null),
    absences as (
        select listener_id, from_date, to_date, 'unknown' as state
        from silences
        union all
        select
            listener_id,
            cast(gap_started_at as date),
            cast(gap_ended_at as date),
            'missing' as state
        from gaps
    ),
    listening as (select * from {{ ref("listening_with_features") }}),
    plays as (
        select
            listener_id,
            local_date as date,
            count(*) as plays,
            {{ share("count(ms_played)", "count(*)") }} as ms_played_share
        from listening
        group by listener_id, local_date
    ),
    sources as (
        select
            listener_id,
            days.date,
            {{ joined("distinct ranges.source", ", ", "ranges.source") }} as sources,
            bool_or(ranges.source in ('extended', 'simulated')) as is_complete
        from days
        inner join ranges using (listener_id)
        where days.date between ranges.from_date and ranges.to_date
        group by listener_id, days.date
    ),
    holes as (
        select
            listener_id,
            days.date,
            bool_or(absences.state = 'missing') as is_in_gap,
            bool_or(absences.state = 'unknown') as is_silent
        from days
        inner join absences using (listener_id)
        where
            days.date
            between absences.from_date and coalesce(absences.to_date, days.date)
        group by listener_id, days.date
    )

select
    listener_id,
    date,
    case
        when date < days.first_date
        then 'none'
        when holes.is_silent and sources.sources is not null
        then 'unknown'
        when sources.is_complete
        then 'complete'
        when holes.is_in_gap or sources.sources is null
        then 'missing'
        else 'partial'
    end as state,
    sources.sources,
    coalesce(plays.plays, 0) as plays,
    plays.ms_played_share,
    days.is_simulated
from days
left join sources using (listener_id, date)
left join holes using (listener_id, date)
left join plays using (listener_id, date)
order by listener_id nulls last, date nulls last
