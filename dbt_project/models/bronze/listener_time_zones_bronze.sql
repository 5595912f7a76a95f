-- Where a listener lived from when on. Grain: listener_id, valid_from.
with listener_time_zones as (select * from {{ source("raw", "listener_time_zones") }})

select listener_id, valid_from, time_zone
from listener_time_zones
