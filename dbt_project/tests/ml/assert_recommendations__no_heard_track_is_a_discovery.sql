-- A discovery is a track the listener had not heard. Plays that came in after the list
-- was made do not count: hearing a discovery is what it is for.
with
    recommendations as (select * from {{ source("ml", "recommendations") }}),
    plays as (select * from {{ ref("plays") }}),
    history as (select * from {{ ref("listening_history_bronze") }})

select distinct recommendations.recommendation_id
from recommendations
inner join
    plays
    on recommendations.listener_id = plays.listener_id
    and recommendations.track_id = plays.track_id
inner join history on plays.play_id = history.play_id
where
    recommendations.kind in ('new', 'discovery')
    and recommendations.is_current
    and history.ingested_at < recommendations.created_at
