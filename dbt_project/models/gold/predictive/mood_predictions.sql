-- How near does the model come to a track's valence, from the track's other features?
-- Grain: one row per listener and held-out play.
-- Caveat: no forecast of what comes next (session_forecasts, energy_forecasts): the
-- model sees the track, all but its valence. Plays of the last part of the history;
-- empty until the first training.
with
    predictions as (
        select * from {{ source("ml", "play_predictions") }} where target = 'valence'
    ),
    listening as (select * from {{ ref("listening_with_features") }})

select
    listening.listener_id,
    play_id,
    listening.played_at,
    listening.hour_of_day,
    listening.day_of_week,
    listening.valence,
    listening.energy,
    listening.tempo,
    predictions.predicted as predicted_valence,
    predictions.lower_90,
    predictions.upper_90,
    predictions.baseline as baseline_valence,
    listening.is_measured,
    predictions.model,
    predictions.model_version,
    listening.is_simulated
from predictions
inner join listening using (play_id)
order by listener_id nulls last, played_at nulls last
