-- The same stand-ins on Spark, which runs no Python models: a function of the session
-- made of the module of the same name (spotiflow/transform/spark.py). Made whole.
-- Grain: track_id.
{{ config(materialized="table") }}
with
    wanted as (select track_id from {{ ref("synthetic_track_ids_bronze") }}),
    drawn as (
        select synthetic_features(track_id) as features
        from wanted
        where {{ "true" if allow_synthetic() else "false" }}
    )

select features.*
from drawn
