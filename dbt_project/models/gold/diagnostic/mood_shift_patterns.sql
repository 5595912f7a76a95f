-- How far does the music move from one play to the next, in each part of your day?
-- Grain: one row per listener, part of the day (4) and shift_magnitude (3).
-- Caveat: neighbours among the measured plays of a session, filed under the session's
-- start; expected_share is what the same plays give in an order of chance.
with
    mood_shifts as (select * from {{ ref("mood_shifts") }}),
    session_sums as (select * from {{ ref("session_sums") }}),
    parts as (
        select
            listener_id,
            parts.part_of_day,
            {{ share(
                "sum(case when session_sums.part_of_day = parts.part_of_day then n_measured end)",
                "sum(case when session_sums.part_of_day = parts.part_of_day then n_plays end)",
            ) }}
            as measured_share,
            bool_or(is_simulated) as is_simulated
        from session_sums
        cross join {{ parts_of_day() }}
        group by listener_id, parts.part_of_day
    ),
    shares as (
        select
            listener_id,
            part_of_day,
            shift_magnitude,
            cast(sum(shifts) as bigint) as shift_count,
            count(*) as n_sessions,
            {{ cluster_mean("shifts", "steps") }} as share,
            {{ cluster_ci("shifts", "steps") }} as half_width,
            sum(expected_shifts) / nullif(sum(steps), 0) as expected_share,
            sum(valence_change) / nullif(sum(shifts), 0) as avg_valence_change,
            sum(energy_change) / nullif(sum(shifts), 0) as avg_energy_change
        from mood_shifts
        inner join session_sums using (listener_id, session_id)
        group by listener_id, part_of_day, shift_magnitude
    )

select
    listener_id,
    part_of_day,
    shift_magnitude,
    coalesce(shares.n_sessions, 0) as n_sessions,
    coalesce(shares.shift_count, 0) as shift_count,
    shares.share,
    {{ share_bound("shares.share", "shares.half_width", "shares.n_sessions", "low") }}
    as ci_low,
    {{ share_bound("shares.share", "shares.half_width", "shares.n_sessions", "high") }}
    as ci_high,
    shares.expected_share,
    shares.avg_valence_change,
    shares.avg_energy_change,
    parts.measured_share,
    {{ too_few_sessions("shares.n_sessions") }} as reason,
    parts.is_simulated
from parts
cross join {{ shift_magnitudes() }}
left join shares using (listener_id, part_of_day, shift_magnitude)
order by listener_id nulls last, part_of_day nulls last, shift_magnitude nulls last
