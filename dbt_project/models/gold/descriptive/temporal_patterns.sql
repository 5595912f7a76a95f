-- How do the parts of the day differ, on working days and at the weekend?
-- Grain: one row per listener, part of the day and weekend or not, with plays.
-- Caveat: local time; averages are over measured plays, those that end in
-- _with_synthetic hold stand-ins too.
{% set features = ["valence", "energy", "danceability", "acousticness", "tempo"] %}
with listening as (select * from {{ ref("listening_with_features") }})

select
    listener_id,
    part_of_day,
    is_weekend,
    count(*) as plays,
    {{ share("count(*)", "sum(count(*)) over (partition by listener_id)") }}
    as play_share,
    sum(minutes) as minutes,
    {{ share("count(minutes)", "count(*)") }} as ms_played_share,
    count(distinct session_id) as n_sessions,
    {{ feature_averages(features) }}
    {{ measured_share() }} as measured_share,
    bool_or(is_simulated) as is_simulated
from listening
group by listener_id, part_of_day, is_weekend
order by listener_id nulls last, part_of_day nulls last, is_weekend nulls last
