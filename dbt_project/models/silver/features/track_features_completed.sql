-- How each track a listener heard sounds: measured, else predicted by the champion
-- models (where use_predictions is on), else synthetic. Grain: listener_id,
-- track_id. A prediction is no measurement: is_measured is false for it. Each value has
-- its way (match_method, route) and its standard error.
{{ config(tags=["from_ml"]) }}
with
    plays as (select * from {{ ref("plays") }}),
    track_features as (select * from {{ ref("track_features") }}),
    predicted_features as (
        select * from {{ ref("predicted_features") }} where {{ use_predictions() }}
    ),
    heard as (
        select listener_id, track_id, max(is_simulated) as is_simulated
        from plays
        where is_music
        group by listener_id, track_id
    ),
    joined as (
        select
            heard.listener_id,
            heard.track_id,
            heard.is_simulated,
            {%- for feature in audio_features() %}
                coalesce(
                    case
                        when track_features.feature_source <> 'synthetic'
                        then track_features.{{ feature }}
                    end,
                    predicted_features.{{ feature }},
                    track_features.{{ feature }}
                ) as {{ feature }},
            {%- endfor %}
            track_features.feature_source as known_source,
            track_features.match_method,
            track_features.is_measured,
            not track_features.is_measured
            and coalesce(predicted_features.valence, predicted_features.energy)
            is not null as is_predicted,
            predicted_features.valence_standard_error,
            predicted_features.energy_standard_error,
            predicted_features.route
        from heard
        inner join
            track_features
            on heard.listener_id = track_features.listener_id
            and heard.track_id = track_features.track_id
        left join
            predicted_features
            on heard.listener_id = predicted_features.listener_id
            and heard.track_id = predicted_features.track_id
    )

select
    listener_id,
    track_id,
    {%- for feature in audio_features() %} {{ feature }}, {%- endfor %}
    case when is_predicted then 'predicted' else known_source end as feature_source,
    match_method,
    is_measured,
    case
        when is_measured
        then {{ match_error("match_method", 0.045, 0.074) }}
        when is_predicted
        then valence_standard_error
    end as valence_standard_error,
    case
        when is_measured
        then {{ match_error("match_method", 0.053, 0.077) }}
        when is_predicted
        then energy_standard_error
    end as energy_standard_error,
    case when is_predicted then route end as route,
    is_simulated
from joined
