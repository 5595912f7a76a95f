-- How does your listening differ between weekends and weekdays?
-- Grain: one row per listener and metric (nine features, minutes, plays).
-- Caveat: compares sessions, each counted once; features are session means of measured
-- plays. A session belongs to the local day on which it began.
{% set metrics = feature_columns("avg_") %}
{% do metrics.update({"minutes": "minutes", "plays": "n_plays"}) %}
{% set gate = var("gate_contrast_sessions") %}
with
    session_sums as (select * from {{ ref("session_sums") }}),
    sessions as (
        select *, {{ value_by_name("metric", metrics) }} as value
        from session_sums
        cross join {{ names_as_rows(metrics, "metric") }}
    ),
    moments as (
        select
            listener_id,
            metric,
            {{ group_moments("value", "is_weekend", "weekend", "weekday") }}
            {{ share("sum(n_measured)", "sum(n_plays)") }} as measured_share,
            bool_or(is_simulated) as is_simulated
        from sessions
        group by listener_id, metric
    ),
    contrasts as (select *, {{ welch("weekend", "weekday", gate) }} from moments),
    tested as (
        select *, {{ two_sided_p_t("t_value", "df") }} as p_value from contrasts
    ),
    scaled as (
        select *, {{ bh_scaled("p_value", "listener_id") }} as scaled from tested
    )

select
    listener_id,
    metric,
    n_weekend,
    n_weekday,
    mean_weekend,
    mean_weekday,
    std_dev_weekend,
    std_dev_weekday,
    difference,
    ci_low,
    ci_high,
    hedges_g,
    g_ci_low,
    g_ci_high,
    p_value,
    {{ bh_q("scaled", "p_value", "listener_id") }} as q_value,
    measured_share,
    {{ too_few_to_compare("weekend", "weekday", gate, "sessions") }} as reason,
    is_simulated
from scaled
order by listener_id nulls last, metric nulls last
