-- What the champion models say of the tracks a listener heard, one column a feature.
-- Grain: listener_id, track_id. A prediction made for the listener comes before one for
-- everybody (listener '-'), then the one with the smallest error.
{{ config(tags=["from_ml"]) }}
with
    plays as (select * from {{ ref("plays") }}),
    track_predictions as (select * from {{ source("ml", "track_predictions") }}),
    model_aliases as (select * from {{ source("ml", "model_aliases") }}),
    heard as (select distinct listener_id, track_id from plays where is_music),
    champions as (
        select model, version
        from model_aliases
        where alias = 'champion'
        qualify
            row_number() over (
                partition by model
                order by since desc nulls last, version desc nulls last
            )
            = 1
    ),
    ranked as (
        select
            heard.listener_id,
            heard.track_id,
            track_predictions.feature,
            track_predictions.value,
            track_predictions.standard_error,
            track_predictions.route
        from heard
        inner join track_predictions on heard.track_id = track_predictions.track_id
        inner join
            champions
            on track_predictions.model = champions.model
            and track_predictions.model_version = champions.version
        where track_predictions.listener_id in (heard.listener_id, '-')
        qualify
            row_number() over (
                partition by
                    heard.listener_id, heard.track_id, track_predictions.feature
                order by
                    track_predictions.listener_id = '-' nulls last,
                    track_predictions.standard_error nulls last,
                    track_predictions.model nulls last
            )
            = 1
    )

select
    listener_id,
    track_id,
    {%- for feature in audio_features() %}
        max(value) filter (where feature = '{{ feature }}') as {{ feature }},
    {%- endfor %}
    max(standard_error) filter (where feature = 'valence') as valence_standard_error,
    max(standard_error) filter (where feature = 'energy') as energy_standard_error,
    max(route) filter (where feature = 'valence') as route
from ranked
group by listener_id, track_id
