-- How far each day and week lies from the listener's own past. Grain: listener_id,
-- period (day, week), period_start, metric. A week is held against the half year before
-- it, a day against the twelve weeks before it, by the t of a prediction; minutes by
-- their cube root, which makes amounts normal: on a logarithm days of nearly nothing
-- would be all that is odd. Days and weeks without plays are neither tested nor
-- compared with. robust_z is to look at, never a test. q_value corrects within days or
-- weeks, twice because there are both, and one level holds for a week wherever it is
-- shown.
{% set spans = {"week": var("baseline_week_days"), "day": var("baseline_day_days")} %}
{% set gate = var("gate_change_point_weeks") %}
with
    period_values as (
        select
            *,
            case when metric = 'minutes' then cbrt(value) else value end as test_value
        from {{ ref("period_values") }}
    ),
    baselines as (
        {% for period, span in spans.items() %}
            select
                *,
                count(value) over past as n_baseline,
                avg(value) over past as baseline_mean,
                stddev_samp(value) over past as baseline_std_dev,
                avg(test_value) over past as test_mean,
                stddev_samp(test_value) over past as test_std_dev,
                {{ window_median("value", "past") }} as baseline_median,
                {{ window_mad("value", "past") }} as baseline_mad
            from period_values
            where period = '{{ period }}'
            window
                past as (
                    partition by listener_id, metric, kind, spell_start
                    order by
                        period_start nulls last
                        range
                        between interval {{ span }} days preceding
                        and interval 1 day preceding
                ) {{ "union all" if not loop.last }}
        {% endfor %}
    ),
    tests as (
        select
            *,
            {{ prediction_t("test_value", "test_mean", "test_std_dev", "n_baseline", gate) }}
            as t_value,
            case when n_baseline >= {{ gate }} then n_baseline - 1 end as df
        from baselines
    ),
    tested as (select *, {{ two_sided_p_t("t_value", "df") }} as p_value from tests),
    scaled as (
        select *, {{ bh_scaled("p_value", "listener_id, period") }} as scaled
        from tested
    ),
    corrected as (
        select *, 2 * {{ bh_q("scaled", "p_value", "listener_id, period") }} as twice_q
        from scaled
    )

select
    listener_id,
    period,
    period_start,
    metric,
    value,
    n_baseline,
    baseline_mean,
    baseline_std_dev,
    t_value,
    {{ robust_z("value", "baseline_median", "baseline_mad") }} as robust_z,
    p_value,
    case when twice_q is not null then least(1e0, twice_q) end as q_value,
    {{ alarm_level("twice_q") }} as level,
    is_simulated
from corrected
