-- How are the audio features of your listening spread, against the catalogue?
-- Grain: one row per listener and audio feature (12).
-- Caveat: counts plays, so a favourite weighs more; measured plays only, but for the
-- columns that end in _with_synthetic. key is a circle: read its histogram instead.
with
    listening as (select * from {{ ref("listening_with_features") }}),
    catalogue as (select * from {{ ref("kaggle_tracks") }}),
    heard as (
        {% for feature in audio_features() %}
            {% set value = "case when is_measured then " ~ feature ~ " end" %}
            select
                listener_id,
                '{{ feature }}' as feature_name,
                count({{ value }}) as n,
                avg({{ value }}) as mean,
                case
                    when count({{ value }}) > 1 then stddev_samp({{ value }})
                end as std_dev,
                cast(min({{ value }}) as double) as min,
                {% for name, part in {
                    "p05": 0.05,
                    "p25": 0.25,
                    "median": 0.5,
                    "p75": 0.75,
                    "p95": 0.95,
                }.items() %}
                    percentile_cont({{ part }}) within group (
                        order by cast({{ value }} as double) nulls last
                    ) as {{ name }},
                {% endfor %}
                cast(max({{ value }}) as double) as max,
                count({{ feature }}) as n_with_synthetic,
                avg({{ feature }}) as mean_with_synthetic,
                bool_or(is_simulated) as is_simulated
            from listening
            group by listener_id {{ "union all" if not loop.last }}
        {% endfor %}
    ),
    known as (
        {% for feature in audio_features() %}
            select
                '{{ feature }}' as feature_name,
                avg({{ feature }}) as catalogue_mean,
                stddev_samp({{ feature }}) as catalogue_std_dev
            from catalogue {{ "union all" if not loop.last }}
        {% endfor %}
    )

select
    listener_id,
    feature_name,
    heard.n,
    heard.mean,
    heard.std_dev,
    heard.min,
    heard.p05,
    heard.p25,
    heard.median,
    heard.p75,
    heard.p95,
    heard.max,
    known.catalogue_mean,
    known.catalogue_std_dev,
    case
        when
            {{ varies("known.catalogue_std_dev * known.catalogue_std_dev", "known.catalogue_mean") }}
        then (heard.mean - known.catalogue_mean) / nullif(known.catalogue_std_dev, 0)
    end as standardised_difference,
    heard.n_with_synthetic,
    heard.mean_with_synthetic,
    {{ share("heard.n", "heard.n_with_synthetic") }} as measured_share,
    heard.is_simulated
from heard
left join known using (feature_name)
order by listener_id nulls last, feature_name nulls last
