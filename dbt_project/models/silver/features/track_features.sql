-- The merge: per track and per feature the first of real, synthetic, Kaggle that has a
-- value. Grain: listener_id, track_id. Synthetic values enter only where
-- synthetic_scope lets them:
-- by default where nothing measured the track. feature_source names the source of
-- valence and energy; is_measured needs both, and neither synthetic.
{%- set features = audio_features() %}
with
    tracks as (select * from {{ ref("tracks") }}),
    real_features as (select * from {{ ref("real_track_features") }}),
    synthetic_features as (
        select *
        from {{ ref("my_tracks_features_bronze_synthetic") }}
        where {{ allow_synthetic() }}
    ),
    kaggle_track_matches as (select * from {{ ref("kaggle_track_matches") }}),
    kaggle_tracks as (select * from {{ ref("kaggle_tracks") }}),
    merged as (
        select
            listener_id,
            track_id,
            kaggle_track_matches.match_method as kaggle_match_method,
            {%- for feature in features %}
                coalesce(
                    real_features.{{ feature }},
                    synthetic_features.{{ feature }},
                    kaggle_tracks.{{ feature }}
                ) as {{ feature }},
                case
                    when real_features.{{ feature }} is not null
                    then 'real'
                    when synthetic_features.{{ feature }} is not null
                    then 'synthetic'
                    when kaggle_tracks.{{ feature }} is not null
                    then 'kaggle'
                end as {{ feature }}_source{{ "," if not loop.last }}
            {%- endfor %}
        from tracks
        left join real_features using (listener_id, track_id)
        left join kaggle_track_matches using (listener_id, track_id)
        left join
            kaggle_tracks
            on kaggle_track_matches.kaggle_track_id = kaggle_tracks.track_id
        left join
            synthetic_features
            on tracks.track_id = synthetic_features.track_id
            and real_features.track_id is null
            {%- if synthetic_scope() == "uncovered" %}
                and kaggle_track_matches.track_id is null
            {%- endif %}
    ),
    named as (
        select
            *,
            case
                when valence_source <> energy_source
                then 'kaggle'
                else coalesce(valence_source, energy_source, 'unknown')
            end as feature_source,
            -- least and greatest pass over NULL: they differ between two sources.
            coalesce(
                least({{ features | join("_source, ") }}_source)
                <> greatest({{ features | join("_source, ") }}_source),
                false
            ) as has_mixed_sources
        from merged
    )

select
    listener_id,
    track_id,
    {{ features | join(",\n    ") }},
    feature_source,
    case
        feature_source
        when 'real'
        then 'id'
        when 'kaggle'
        then kaggle_match_method
        else 'none'
    end as match_method,
    feature_source in ('real', 'kaggle')
    and valence is not null
    and energy is not null as is_measured,
    has_mixed_sources
from named
