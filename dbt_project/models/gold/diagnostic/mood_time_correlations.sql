-- At which time of the day or the week does your listening sound different?
-- Grain: one row per listener, feature (9) and period (24 h, 12 h, week).
-- Caveat: one smooth curve through session means of measured plays; two peaks a day
-- show under 12 h. It says when, not why.
{% set periods = {"24 h": 24, "12 h": 12, "week": 168} %}
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
    angles as (
        {% for period, hours in periods.items() %}
            select
                *,
                '{{ period }}' as period,
                {{ hours }}e0 as hours,
                cos(week_hour * 6.283185307179586e0 / {{ hours }}) as cosine,
                sin(week_hour * 6.283185307179586e0 / {{ hours }}) as sine
            from clocks {{ "union all" if not loop.last }}
        {% endfor %}
    ),
    moments as (
        {% for feature in continuous_features() %}
            {% set value = "avg_" ~ feature %}
            select
                listener_id,
                '{{ feature }}' as feature,
                period,
                hours,
                {{ cosinor_moments(value, "cosine", "sine") }}
                count({{ value }}) as n_sessions,
                count(distinct hour_of_day) filter (
                    where {{ value }} is not null
                ) as n_hours,
                count(distinct day_of_week) filter (
                    where {{ value }} is not null
                ) as n_days,
                {{ share("sum(n_measured)", "sum(n_plays)") }} as measured_share,
                bool_or(is_simulated) as is_simulated
            from angles
            group by listener_id, period, hours {{ "union all" if not loop.last }}
        {% endfor %}
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
    amplitude - {{ t_quantile("(n_sessions - 3)") }} * amplitude_se as ci_low,
    amplitude + {{ t_quantile("(n_sessions - 3)") }} * amplitude_se as ci_high,
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
