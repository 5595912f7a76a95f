-- Which mood category does each track you heard belong to, and how sure is that?
-- Grain: one row per listener and track that has measured features or a prediction.
-- Caveat: a rule where valence and energy are measured, a model elsewhere.
{% set categories = mood_categories() %}
with
    heard as (
        select *, is_measured and mood_category is not null as is_known
        from {{ ref("heard_tracks") }}
    ),
    predictions as (
        select *, substr(feature, 13) as mood_category
        from {{ source("ml", "track_predictions") }}
        where feature like 'probability:%'
    ),
    known as (
        select
            listener_id,
            track_id,
            mood_category,
            1e0 as probability,
            cast(null as string) as model,
            cast(null as string) as model_version
        from heard
        where is_known
        union all
        -- A prediction made for the listener goes before one for everybody ('-').
        select
            heard.listener_id,
            track_id,
            predictions.mood_category,
            predictions.value,
            predictions.model,
            predictions.model_version
        from heard
        inner join predictions using (track_id)
        where not heard.is_known and predictions.listener_id in (heard.listener_id, '-')
        qualify
            predictions.listener_id = max(predictions.listener_id) over (
                partition by heard.listener_id, track_id
            )
    ),
    classified as (
        select
            listener_id,
            track_id,
            max(probability) as best,
            {% for category in categories %}
                max(
                    case
                        when mood_category = '{{ category }}' then probability else 0
                    end
                ) as probability_{{ category | lower }},
            {% endfor %}
            max(model) as model,
            max(model_version) as model_version
        from known
        group by listener_id, track_id
    )

select
    listener_id,
    track_id,
    heard.track_name,
    heard.artist_name,
    case
        {% for category in categories %}
            when classified.probability_{{ category | lower }} = classified.best
            then '{{ category }}'
        {% endfor %}
    end as mood_category,
    case when heard.is_known then 'rule' else 'model' end as method,
    {% for category in categories %}
        classified.probability_{{ category | lower }},
    {% endfor %}
    classified.best < 0.5 as is_unclear,
    classified.model,
    classified.model_version,
    heard.is_simulated
from classified
inner join heard using (listener_id, track_id)
