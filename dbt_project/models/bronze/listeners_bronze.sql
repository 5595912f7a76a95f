-- Whose listening the warehouse holds. Grain: listener_id.
with listeners as (select * from {{ source("raw", "listeners") }})

select listener_id, display_name, kind, kind = 'simulated' as is_simulated, created_at
from listeners
