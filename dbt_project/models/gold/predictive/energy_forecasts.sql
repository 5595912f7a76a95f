-- What energy will your listening have in the next days, and how good were such
-- forecasts so far?
-- Grain: one row per listener, forecast day and horizon in days.
-- Caveat: days end at 04:00 local time; energy is filled in once the day has measured
-- plays.
with
    forecasts as (
        select * from {{ source("ml", "forecasts") }} where target = 'energy'
    ),
    listeners as (select * from {{ ref("listeners_bronze") }}),
    listening as (select * from {{ ref("listening_with_features") }}),
    days as (
        select
            listener_id,
            listening_date as target_date,
            avg(energy) filter (where is_measured) as energy,
            count(*) filter (where is_measured) as n_measured,
            {{ share("count(*) filter (where is_measured)", "count(*)") }}
            as measured_share
        from listening
        group by listener_id, listening_date
    )

select
    listener_id,
    target_date,
    forecasts.horizon_days,
    forecasts.made_on as made_on_date,
    forecasts.predicted as predicted_energy,
    forecasts.lower_90,
    forecasts.upper_90,
    days.energy,
    coalesce(days.n_measured, 0) as n_measured,
    days.measured_share,
    forecasts.baseline as baseline_energy,
    forecasts.is_baseline,
    forecasts.model,
    forecasts.model_version,
    listeners.is_simulated
from forecasts
inner join listeners using (listener_id)
left join days using (listener_id, target_date)
order by listener_id nulls last, target_date nulls last
