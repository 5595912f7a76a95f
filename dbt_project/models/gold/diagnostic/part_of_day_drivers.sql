-- What sets the music of one part of the day apart from the rest of your day?
-- Grain: one row per listener, part of the day (4) and feature (9).
-- Caveat: compares session means of measured plays; a session belongs to the part of
-- the day in which it began. It says what differs, not why.
{% set gate = var("gate_contrast_sessions") %}
with
    session_sums as (select * from {{ ref("session_sums") }}),
    sides as (
        select
            session_sums.*,
            parts.part_of_day as part,
            session_sums.part_of_day = parts.part_of_day as is_in_part,
            feature,
            {{ value_by_name("feature", feature_columns("avg_")) }} as value
        from session_sums
        cross join {{ parts_of_day() }}
        cross join {{ feature_names() }}
    ),
    moments as (
        select
            listener_id,
            part,
            feature,
            {{ group_moments("value", "is_in_part", "part", "rest") }}
            {{ share("sum(case when is_in_part then n_measured end)", "sum(case when is_in_part then n_plays end)") }}
            as measured_share,
            bool_or(is_simulated) as is_simulated
        from sides
        group by listener_id, part, feature
    ),
    contrasts as (select *, {{ welch("part", "rest", gate) }} from moments),
    tested as (
        select *, {{ two_sided_p_t("t_value", "df") }} as p_value from contrasts
    ),
    scaled as (
        select *, {{ bh_scaled("p_value", "listener_id") }} as scaled from tested
    )

select
    listener_id,
    part as part_of_day,
    feature,
    n_part as n_sessions,
    n_rest as n_sessions_rest,
    mean_part as mean,
    std_dev_part as std_dev,
    mean_rest,
    std_dev_rest,
    difference,
    ci_low,
    ci_high,
    hedges_g,
    g_ci_low,
    g_ci_high,
    p_value,
    {{ bh_q("scaled", "p_value", "listener_id") }} as q_value,
    measured_share,
    {{ too_few_to_compare("part", "rest", gate, "sessions") }} as reason,
    is_simulated
from scaled
order by listener_id nulls last, part_of_day nulls last, feature nulls last
