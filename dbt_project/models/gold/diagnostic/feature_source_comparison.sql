-- How far do synthetic stand-ins look like the measured features of your tracks?
-- Grain: one row per listener and audio feature (12).
-- Caveat: each track once. Measured and synthetic tracks are different tracks; a
-- stand-in is drawn from its id and says nothing about the music. key is a circle.
{% set gate = var("gate_tracks") %}
with
    heard_tracks as (select * from {{ ref("heard_tracks") }}),
    tracks as (
        {% for feature, range in feature_buckets().items() %}
            select
                listener_id,
                '{{ feature }}' as feature,
                cast({{ feature }} as double) as value,
                {{ bucket_of(feature, range) }} as bucket,
                is_measured,
                feature_source = 'synthetic' as is_synthetic,
                is_simulated
            from heard_tracks {{ "union all" if not loop.last }}
        {% endfor %}
    ),
    distributions as (
        select
            listener_id,
            feature,
            {% for source in ("measured", "synthetic") %}
                {% set value = "case when is_" ~ source ~ " then value end" %}
                count({{ value }}) as n_{{ source }},
                avg({{ value }}) as mean_{{ source }},
                {{ std_dev(value) }} as std_dev_{{ source }},
                median({{ value }}) as median_{{ source }},
            {% endfor %}
            bool_or(is_simulated) as is_simulated
        from tracks
        group by listener_id, feature
    ),
    buckets as (
        select
            listener_id,
            feature,
            bucket,
            count(case when is_measured then value end) as n_measured,
            count(case when is_synthetic then value end) as n_synthetic
        from tracks
        group by listener_id, feature, bucket
    ),
    areas as (
        select
            listener_id,
            feature,
            sum(
                least(
                    {{ share("buckets.n_measured", "distributions.n_measured") }},
                    {{ share("buckets.n_synthetic", "distributions.n_synthetic") }}
                )
            ) as overlap
        from buckets
        inner join distributions using (listener_id, feature)
        where
            distributions.n_measured >= {{ gate }}
            and distributions.n_synthetic >= {{ gate }}
        group by listener_id, feature
    )

select
    listener_id,
    feature,
    {% for measure in ("n", "mean", "std_dev", "median") %}
        distributions.{{ measure }}_measured, distributions.{{ measure }}_synthetic,
    {% endfor %}
    areas.overlap,
    {{ too_few_to_compare("measured", "synthetic", gate, "tracks", "overlap") }}
    as reason,
    distributions.is_simulated
from distributions
left join areas using (listener_id, feature)
order by listener_id nulls last, feature nulls last
