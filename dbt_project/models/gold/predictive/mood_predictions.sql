-- How well would the model have foreseen the valence of plays it never saw?
-- Grain: one row per listener and held-out play.
-- Caveat: the last part of the history, predicted from what came before; empty until
-- the first training.
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
