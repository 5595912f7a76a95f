-- Which zones does your music fall into, and are they clusters at all?
-- Grain: one row per listener and zone.
-- Caveat: compare silhouette with silhouette_of_noise: near it there are no clusters,
-- only a division. Empty until the first training.
{% set features = ("valence", "energy", "danceability", "acousticness", "instrumentalness", "tempo") %}
with
    assignments as (select * from {{ source("ml", "zone_assignments") }}),
    metrics as (select * from {{ source("ml", "zone_metrics") }}),
    heard_tracks as (select * from {{ ref("heard_tracks") }}),
    latest as (
        select *
        from assignments
        qualify
            created_at = max(created_at) over (partition by listener_id)
            and model_version
            = max(model_version) over (partition by listener_id, created_at)
    ),
    zones as (
        select
            listener_id,
            latest.zone,
            latest.method,
            latest.model,
            latest.model_version,
            count(*) as n_tracks,
            cast(sum(heard_tracks.plays) as bigint) as plays,
            {% for feature in features %}
                avg(heard_tracks.{{ feature }}) as {{ feature }},
            {% endfor %}
            {{ measured_share() }} as measured_share,
            bool_or(heard_tracks.is_simulated) as is_simulated
        from latest
        inner join heard_tracks using (listener_id, track_id)
        group by
            listener_id, latest.zone, latest.method, latest.model, latest.model_version
    ),
    named as (
        select
            *,
            {{ zone_name("valence", "energy") }} as plain_name,
            count(*) over (partition by listener_id) as n_zones,
            row_number() over (
                partition by listener_id, {{ zone_name("valence", "energy") }}
                order by plays desc nulls last, zone nulls last
            ) as place
        from zones
    )

select
    named.listener_id,
    named.zone,
    case
        when place > 1 then plain_name || ' ' || cast(place as string) else plain_name
    end as name,
    n_tracks,
    plays,
    {{ share("plays", "sum(plays) over (partition by named.listener_id)") }}
    as play_share,
    {% for feature in features %} {{ feature }}, {% endfor %}
    named.n_zones,
    named.method,
    metrics.is_clustered,
    metrics.silhouette,
    metrics.silhouette_of_noise,
    metrics.stability,
    named.model,
    named.model_version,
    measured_share,
    is_simulated
from named
left join
    metrics
    on named.listener_id = metrics.listener_id
    and named.model = metrics.model
    and named.model_version = metrics.model_version
    and named.method = metrics.method
    and (named.method = 'fixed' or named.n_zones = metrics.n_zones)
order by listener_id nulls last, zone nulls last
