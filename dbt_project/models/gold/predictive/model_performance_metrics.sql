-- How good is each model, on what data, and does it beat a simple baseline?
-- Grain: one row per model, version, dataset, split, slice, metric and listener ('-'
-- for the catalogue).
-- Caveat: compare only within one dataset, split and slice; dataset 'simulated' says
-- nothing about real music.
with
    metrics as (select * from {{ source("ml", "model_metrics") }}),
    versions as (select * from {{ source("ml", "model_versions") }}),
    aliases as (select * from {{ source("ml", "model_aliases") }}),
    listeners as (select * from {{ ref("listeners_bronze") }}),
    champions as (
        select model, version, true as is_champion
        from aliases
        where alias = 'champion'
        qualify
            row_number() over (
                partition by model
                order by
                    since desc nulls last,
                    created_at desc nulls last,
                    version desc nulls last
            )
            = 1
    )

select
    metrics.listener_id,
    model,
    version,
    metrics.dataset,
    metrics.split,
    metrics.slice,
    metrics.metric,
    versions.model_type,
    versions.training_approach,
    versions.recipe,
    versions.train_size,
    metrics.value,
    metrics.n,
    metrics.ci_low,
    metrics.ci_high,
    metrics.baseline_name,
    metrics.baseline_value,
    coalesce(champions.is_champion, false) as is_champion,
    versions.created_at as trained_at,
    metrics.created_at as measured_at,
    metrics.dataset = 'simulated'
    or coalesce(listeners.is_simulated, false) as is_simulated
from metrics
left join versions using (model, version)
left join champions using (model, version)
left join listeners on listeners.listener_id = metrics.listener_id
order by
    model nulls last,
    version nulls last,
    dataset nulls last,
    split nulls last,
    slice nulls last,
    metric nulls last
