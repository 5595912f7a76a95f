-- How does each track you heard get its valence and energy, and how sure are they?
-- Grain: one row per listener, feature source, match method and route.
-- Caveat: predicted rows exist only where use_predictions is on; standard errors say
-- how far a value may be off, and those of stand-ins are unknown.
with
    track_features_completed as (select * from {{ ref("track_features_completed") }}),
    heard_tracks as (select * from {{ ref("heard_tracks") }}),
    joined as (
        select
            track_features_completed.listener_id,
            track_features_completed.feature_source,
            track_features_completed.match_method,
            coalesce(track_features_completed.route, 'none') as route,
            track_features_completed.valence_standard_error,
            track_features_completed.energy_standard_error,
            track_features_completed.is_simulated,
            coalesce(heard_tracks.plays, 0) as plays
        from track_features_completed
        left join
            heard_tracks
            on track_features_completed.listener_id = heard_tracks.listener_id
            and track_features_completed.track_id = heard_tracks.track_id
    ),
    counted as (
        select
            listener_id,
            feature_source,
            match_method,
            route,
            count(*) as tracks,
            cast(sum(plays) as bigint) as plays,
            avg(valence_standard_error) as avg_valence_standard_error,
            avg(energy_standard_error) as avg_energy_standard_error,
            bool_or(is_simulated) as is_simulated
        from joined
        group by listener_id, feature_source, match_method, route
    )

select
    listener_id,
    feature_source,
    match_method,
    route,
    tracks,
    plays,
    {{ share("plays", "sum(plays) over (partition by listener_id)") }} as plays_share,
    avg_valence_standard_error,
    avg_energy_standard_error,
    is_simulated
from counted
order by listener_id nulls last, plays desc nulls last
