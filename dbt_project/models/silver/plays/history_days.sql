-- Every local day of a listener's history, from the first of January of its first
-- year to
-- the last day that any source tells of. Grain: listener_id, date.
with
    ranges as (select * from {{ ref("covered_ranges") }}),
    listening as (select * from {{ ref("listening_with_features") }}),
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
    )

select listener_id, cast(moment as date) as date, first_date, is_simulated
from moments
