-- What valence and energy will your next session have, and how good were such
-- forecasts so far?
-- Grain: one row per listener, target and session.
-- Caveat: sessions with at least three measured plays; the next one has no id and no
-- value yet.
with
    forecasts as (select * from {{ source("ml", "session_forecasts") }}),
    listeners as (select * from {{ ref("listeners_bronze") }}),
    listening as (select * from {{ ref("listening_with_features") }}),
    sessions as (
        select
            listener_id,
            session_id,
            min(started_at) filter (where is_measured) as started_at,
            count(*) filter (where is_measured) as n_measured,
            {{ share("count(*) filter (where is_measured)", "count(*)") }}
            as measured_share,
            avg(valence) filter (where is_measured) as valence,
            avg(energy) filter (where is_measured) as energy
        from listening
        group by listener_id, session_id
    )

select
    listener_id,
    forecasts.target,
    forecasts.session_number,
    session_id,
    forecasts.known_until,
    sessions.started_at,
    forecasts.predicted,
    forecasts.lower_90,
    forecasts.upper_90,
    case
        when forecasts.target = 'energy' then sessions.energy else sessions.valence
    end as observed,
    coalesce(sessions.n_measured, 0) as n_measured,
    sessions.measured_share,
    forecasts.baseline,
    forecasts.is_baseline,
    forecasts.model,
    forecasts.model_version,
    listeners.is_simulated
from forecasts
inner join listeners using (listener_id)
left join sessions using (listener_id, session_id)
order by listener_id nulls last, target nulls last, session_number nulls last
