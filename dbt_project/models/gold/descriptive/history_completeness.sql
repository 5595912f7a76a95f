-- For which days is your history complete, and where is something missing?
-- Grain: one row per listener and date, from the first of January of the first year on.
-- Caveat: complete means inside the range of an imported extended export, which is
-- only as whole as the files given.
with
    ranges as (select * from {{ ref("covered_ranges") }}),
    gaps as (select * from {{ ref("history_gaps_bronze") }} where closed_at is null),
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
    spans as (
        select
            listener_id,
            min(listening.local_date) as first_date,
            bool_or(listening.is_simulated) as is_simulated
        from listening
        group by listener_id
    ),
    ends as (
        select listener_id, max(to_date) as last_date from ranges group by listener_id
    ),
    moments as (
        select
            *,
            {{ date_series("cast(date_trunc('year', first_date) as date)", "last_date") }}
            as moment
        from spans
        inner join ends using (listener_id)
    ),
    days as (select *, cast(moment as date) as date from moments),
    sources as (
        select
            listener_id,
            days.date,
            {{ dbt.listagg("distinct ranges.source", "', '", "order by ranges.source") }}
            as sources,
            bool_or(ranges.source in ('extended', 'simulated')) as is_complete
        from days
        inner join ranges using (listener_id)
        where days.date between ranges.from_date and ranges.to_date
        group by listener_id, days.date
    ),
    missing as (
        select distinct listener_id, days.date, true as is_in_gap
        from days
        inner join gaps using (listener_id)
        where
            days.date >= cast(gaps.gap_started_at as date)
            and days.date <= coalesce(cast(gaps.gap_ended_at as date), days.date)
    )

select
    listener_id,
    date,
    case
        when date < days.first_date
        then 'none'
        when sources.is_complete
        then 'complete'
        when missing.is_in_gap or sources.sources is null
        then 'missing'
        else 'partial'
    end as state,
    sources.sources,
    coalesce(plays.plays, 0) as plays,
    plays.ms_played_share,
    days.is_simulated
from days
left join sources using (listener_id, date)
left join missing using (listener_id, date)
left join plays using (listener_id, date)
order by listener_id nulls last, date nulls last
