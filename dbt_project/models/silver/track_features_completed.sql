-- What is known of the tracks a listener heard; where nothing was measured, what the champion models say, before
-- any synthetic value. Grain: listener_id, track_id. Predictions for listener '-' hold for everybody.
{{ config(tags=["from_ml"]) }}
{%- set features = audio_features() %}
with
    plays as (select * from {{ ref("plays") }}),
    track_features as (select * from {{ ref("track_features") }}),
    track_predictions as (select * from {{ source("ml", "track_predictions") }}),
    model_aliases as (select * from {{ source("ml", "model_aliases") }}),
    heard as (
        select listener_id, track_id, max(is_simulated) as is_simulated
        from plays
        where is_music
        group by listener_id, track_id
    ),
    champions as (
        select model, version
        from model_aliases
        where alias = 'champion'
        qualify row_number() over (partition by model order by since desc nulls last, version desc nulls last) = 1
    ),
    predictions as (
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
        where
            track_predictions.listener_id in (heard.listener_id, '-') and {{ is_true(var("use_predictions")) }}
        qualify
            row_number() over (
                partition by heard.listener_id, heard.track_id, track_predictions.feature
                order by
                    track_predictions.listener_id = '-' nulls last,
                    track_predictions.standard_error nulls last,
                    track_predictions.model nulls last
            ) = 1
    ),
    by_track as (
        select
            listener_id,
            track_id,
            {%- for feature in features %}
                max(value) filter (where feature = '{{ feature }}') as {{ feature }},
            {%- endfor %}
            max(standard_error) filter (where feature = 'valence') as valence_standard_error,
            max(standard_error) filter (where feature = 'energy') as energy_standard_error,
            max(route) filter (where feature = 'valence') as route
        from predictions
        group by listener_id, track_id
    )

select
    heard.listener_id,
    heard.track_id,
    {%- for feature in features %}
        coalesce(
            case when track_features.feature_source <> 'synthetic' then track_features.{{ feature }} end,
            by_track.{{ feature }},
            track_features.{{ feature }}
        ) as {{ feature }},
    {%- endfor %}
    case
        when track_features.is_measured or coalesce(by_track.valence, by_track.energy) is null
        then track_features.feature_source
        else 'predicted'
    end as feature_source,
    track_features.match_method,
    track_features.is_measured,
    case when not track_features.is_measured then by_track.valence_standard_error end as valence_standard_error,
    case when not track_features.is_measured then by_track.energy_standard_error end as energy_standard_error,
    case when not track_features.is_measured then by_track.route end as route,
    heard.is_simulated
from heard
inner join track_features on heard.track_id = track_features.track_id
left join by_track on heard.listener_id = by_track.listener_id and heard.track_id = by_track.track_id
