-- What does the spread of each audio feature look like, bar by bar?
-- Grain: one row per listener, audio feature and bucket; empty buckets are rows with 0.
-- Caveat: counts plays, measured ones in n; catalogue_share counts the catalogue's
-- tracks. Values outside the range of a feature are in its first or last bucket.
with
    listening as (select * from {{ ref("listening_with_features") }}),
    catalogue as (select * from {{ ref("kaggle_tracks") }}),
    listeners as (
        select listener_id, bool_or(is_simulated) as is_simulated
        from listening
        group by listener_id
    ),
    heard as (
        {% for feature, range in feature_buckets().items() %}
            select
                listener_id,
                '{{ feature }}' as feature_name,
                {{ bucket_of(feature, range) }} as bucket,
                count(case when is_measured then 1 end) as n,
                count(*) as n_with_synthetic
            from listening
            where {{ feature }} is not null
            group by all {{ "union all" if not loop.last }}
        {% endfor %}
    ),
    known as (
        {% for feature, range in feature_buckets().items() %}
            select
                '{{ feature }}' as feature_name,
                {{ bucket_of(feature, range) }} as bucket,
                {{ share("count(*)", "sum(count(*)) over ()") }} as catalogue_share
            from catalogue
            where {{ feature }} is not null
            group by all {{ "union all" if not loop.last }}
        {% endfor %}
    ),
    buckets as (
        {% for feature, range in feature_buckets().items() %}
            select
                '{{ feature }}' as feature_name,
                bucket,
                cast(
                    {{ range.lowest }} + (bucket - 1) * {{ range.width }} as double
                ) as lower_bound,
                cast(
                    {{ range.lowest }} + bucket * {{ range.width }} as double
                ) as upper_bound
            from {{ integers(1, range.n, "bucket") }} {{ "union all" if not loop.last }}
        {% endfor %}
    ),
    totals as (
        select listener_id, feature_name, sum(n) as plays
        from heard
        group by listener_id, feature_name
    )

select
    listener_id,
    feature_name,
    bucket,
    buckets.lower_bound,
    buckets.upper_bound,
    coalesce(heard.n, 0) as n,
    {{ share("coalesce(heard.n, 0)", "totals.plays") }} as share,
    known.catalogue_share,
    coalesce(heard.n_with_synthetic, 0) as n_with_synthetic,
    {{ share("heard.n", "heard.n_with_synthetic") }} as measured_share,
    listeners.is_simulated
from listeners
cross join buckets
left join heard using (listener_id, feature_name, bucket)
left join totals using (listener_id, feature_name)
left join known using (feature_name, bucket)
order by listener_id nulls last, feature_name nulls last, bucket nulls last
