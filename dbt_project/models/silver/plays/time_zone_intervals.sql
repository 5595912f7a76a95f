-- Which time zone holds when: each lasts until the next, the first holds for
-- everything before it too. Grain: listener_id, valid_from. A listener without a row
-- here is shown in UTC.
with
    listener_time_zones as (select * from {{ ref("listener_time_zones_bronze") }}),
    ordered as (
        select
            listener_id,
            time_zone,
            valid_from,
            lag(valid_from) over by_time as previous_from,
            lead(valid_from) over by_time as next_from
        from listener_time_zones
        window by_time as (partition by listener_id order by valid_from nulls last)
    )

select
    listener_id,
    case
        when previous_from is null then cast('0001-01-01' as timestamp) else valid_from
    end as valid_from,
    coalesce(next_from, cast('9999-12-31' as timestamp)) as valid_to,
    time_zone
from ordered
