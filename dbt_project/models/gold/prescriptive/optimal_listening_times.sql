-- In which part of the day do you play music for focus, energy, calm or a lift?
-- Grain: one row per listener, activity (4) and part of the day (4).
-- Caveat: the third of your sessions that suits an activity most, by session means of
-- measured plays, among sessions of about as many of them. It says when you did so, not
-- when you should.
{% set gate = var("gate_contrast_sessions") %}
with
    activity_times as (select * from {{ ref("activity_times") }}),
    session_sums as (select * from {{ ref("session_sums") }}),
    listeners as ({{ listeners_of_sessions("session_sums") }}),
    compared as (
        select
            listener_id,
            activity,
            part_of_day,
            n_sessions,
            n_matching,
            sum(n_matching) over (partition by listener_id, activity) as n_matches,
            case when n_sessions >= {{ gate }} then nullif(expected, 0) end as expected,
            std_dev,
            measured_share,
            is_simulated
        from listeners
        cross join {{ activities() }}
        cross join {{ parts_of_day() }}
        left join activity_times using (listener_id, activity, part_of_day)
    ),
    distances as (
        select *, (n_matching - expected) / nullif(std_dev, 0) as z from compared
    ),
    tested as (select *, {{ two_sided_p("z") }} as p_value from distances),
    scaled as (
        select *, {{ bh_scaled("p_value", "listener_id") }} as scaled from tested
    ),
    corrected as (
        select
            *,
            n_matching / nullif(expected, 0) as lift,
            (n_matching - 1.96e0 * std_dev) / nullif(expected, 0) as ci_low,
            (n_matching + 1.96e0 * std_dev) / nullif(expected, 0) as ci_high,
            {{ bh_q("scaled", "p_value", "listener_id") }} as q_value
        from scaled
    )

select
    listener_id,
    activity,
    part_of_day,
    coalesce(n_sessions, 0) as n_sessions,
    coalesce(n_matching, 0) as n_matching,
    {{ share("coalesce(n_matching, 0)", "n_matches") }} as share,
    lift,
    ci_low,
    ci_high,
    p_value,
    q_value,
    {{ time_in_words("lift", "q_value") }} as recommendation,
    measured_share,
    case
        when expected is null
        then
            'needs {{ gate }} sessions, has ' || cast(coalesce(n_sessions, 0) as string)
        when p_value is null
        then 'there is no other part of the day to compare with'
    end as reason,
    is_simulated
from corrected
order by listener_id nulls last, activity nulls last, part_of_day nulls last
