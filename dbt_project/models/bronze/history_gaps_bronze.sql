-- Stretches of which polling certainly missed plays. Grain: listener_id,
-- gap_started_at.
with history_gaps as (select * from {{ source("raw", "history_gaps") }})

select listener_id, gap_started_at, gap_ended_at, reason, found_at, closed_at
from history_gaps
