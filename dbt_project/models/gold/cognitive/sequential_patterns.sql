-- Which moods of music follow each other more, or less, often than by chance?
-- Grain: one row per listener, pattern_length (2, 3) and pattern (25 and 125).
-- Caveat: consecutive measured plays of one session, against all orders of the same
-- plays. Albums and artists in a row make the same mood follow itself.
{% set gate = var("gate_transition_occurrences") %}
{% set same_start = "partition by listener_id, pattern_length, prefix" %}
with
    listening as (select * from {{ ref("listening_with_features") }}),
    expected_transitions as (select * from {{ ref("expected_transitions") }}),
    listeners as ({{ listeners_measured("listening") }}),
    plays as (
        select
            listener_id,
            lag(mood_category, 2) over by_time as first_mood,
            lag(mood_category) over by_time as second_mood,
            mood_category
        from listening
        where is_measured and mood_category is not null
        window
            by_time as (
                partition by listener_id, session_id
                order by started_at nulls last, play_id nulls last
            )
    ),
    steps as (
        select listener_id, second_mood || ' > ' || mood_category as pattern
        from plays
        union all
        select listener_id, first_mood || ' > ' || second_mood || ' > ' || mood_category
        from plays
    ),
    observed as (
        select listener_id, pattern, count(*) as n
        from steps
        where pattern is not null
        group by listener_id, pattern
    ),
    compared as (
        select
            *,
            coalesce(observed.n, 0) as occurrences,
            coalesce(expected, 0e0) as expected_occurrences,
            sqrt(
                case when expected >= {{ gate }} and variance > 1e-9 then variance end
            ) as std_dev
        from listeners
        cross join ({{ mood_patterns() }}) as mood_patterns
        left join expected_transitions using (listener_id, pattern_length, pattern)
        left join observed using (listener_id, pattern)
    ),
    distances as (
        select *, (occurrences - expected) / nullif(std_dev, 0) as z from compared
    ),
    tested as (select *, {{ two_sided_p("z") }} as p_value from distances),
    scaled as (
        select *, {{ bh_scaled("p_value", "listener_id") }} as scaled from tested
    )

select
    listener_id,
    pattern_length,
    pattern,
    from_mood,
    to_mood,
    occurrences,
    expected_occurrences,
    {{ share("occurrences", "sum(occurrences) over (" ~ same_start ~ ")") }}
    as probability,
    {{ share("expected_occurrences", "sum(expected_occurrences) over (" ~ same_start ~ ")") }}
    as expected_probability,
    case when std_dev is not null then occurrences / nullif(expected, 0) end as lift,
    (occurrences - 1.96e0 * std_dev) / nullif(expected, 0) as ci_low,
    (occurrences + 1.96e0 * std_dev) / nullif(expected, 0) as ci_high,
    p_value,
    {{ bh_q("scaled", "p_value", "listener_id") }} as q_value,
    measured_share,
    {{ too_rare("expected_occurrences", "std_dev") }} as reason,
    is_simulated
from scaled
order by listener_id nulls last, pattern_length nulls last, pattern nulls last
