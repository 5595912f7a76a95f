-- At which time of the day or the week does your listening sound different?
-- Grain: one row per listener, feature (9) and period (24 h, 12 h, week).
-- Caveat: one smooth curve through session means of measured plays, weighed by their
-- number; two peaks a day show under 12 h. It says when, not why.
with
    session_sums as (select * from {{ ref("session_sums") }}),
    clocks as (
        select
            *,
            {{ iso_day_of_week("local_started_at") }} as day_of_week,
            24 * (day_of_week - 1)
            + extract(hour from local_started_at)
            + extract(minute from local_started_at) / 60e0 as week_hour
        from session_sums
    ),
    features as (
        select
            *,
            {{ value_by_name("feature", feature_columns("avg_")) }} as value,
            {{ value_by_name("feature", feature_columns("n_")) }} as n_plays_with_value
        from clocks
        cross join {{ feature_names() }}
    ),
    angles as (
        select
            *,
            {{ session_weight("n_plays_with_value") }} as weight,
            cos(week_hour * turn) as cosine,
            sin(week_hour * turn) as sine
        from features
        cross join
            (
                values
                    ('24 h', 24e0, 6.283185307179586e0 / 24),
                    ('12 h', 12e0, 6.283185307179586e0 / 12),
                    ('week', 168e0, 6.283185307179586e0 / 168)
            ) as periods(period, hours, turn)
    ),
    moments as (
        select
            listener_id,
            feature,
            period,
            hours,
            {{ cosinor_moments("value", "cosine", "sine", "weight") }}
            count(value) as n_sessions,
            count(distinct case when value is not null then hour_of_day end) as n_hours,
            count(distinct case when value is not null then day_of_week end) as n_days,
            {{ share("sum(n_measured)", "sum(n_plays)") }} as measured_share,
            bool_or(is_simulated) as is_simulated
        from angles
        group by listener_id, feature, period, hours
    ),
    gates as (select *, {{ too_few_for_rhythm() }} as missing from moments),
    fitted as (
        select *, {{ cosinor_coefficients("n_sessions", "missing is null") }} from gates
    ),
    rhythms as (select *, {{ cosinor("n_sessions", "hours") }} from fitted),
    scaled as (
        select *, {{ bh_scaled("p_value", "listener_id") }} as scaled from rhythms
    )

select
    listener_id,
    feature,
    period,
    n_sessions,
    r,
    amplitude,
    greatest(amplitude - amplitude_half_width, 0e0) as ci_low,
    amplitude + amplitude_half_width as ci_high,
    peak as peak_hour,
    case
        when p_value < 0.05 then {{ t_quantile("(n_sessions - 3)") }} * peak_se
    end as peak_half_width,
    p_value,
    {{ bh_q("scaled", "p_value", "listener_id") }} as q_value,
    measured_share,
    coalesce(
        missing, case when p_value is null then 'all values are the same' end
    ) as reason,
    is_simulated
from scaled
order by listener_id nulls last, feature nulls last, period nulls last
