-- How far the music moved from each measured play of a session to the next. Grain:
-- listener_id, session_id, shift_magnitude (3); sessions with two measured plays or
-- more. expected_shifts is what the same plays give in an order of chance: the share of
-- the magnitude among all pairs of plays of the session. Exact up to 1,000 plays; of
-- more, pairs within groups of 1,000 drawn by play_id, a hash.
{%- set in_session = "partition by listener_id, session_id order by" %}
with
    listening as (
        select *
        from {{ ref("listening_with_features") }}
        where is_measured and valence is not null and energy is not null
    ),
    plays as (
        select
            listener_id,
            session_id,
            play_id,
            valence,
            energy,
            valence - lag(valence) over by_time as valence_change,
            energy - lag(energy) over by_time as energy_change,
            floor(
                (row_number() over ({{ in_session }} play_id nulls last) - 1) / 1000e0
            ) as drawn_group
        from listening
        window by_time as ({{ in_session }} started_at nulls last, play_id nulls last)
    ),
    sessions as (
        select listener_id, session_id, count(*) - 1 as steps
        from plays
        group by listener_id, session_id
        having count(*) > 1
    ),
    shifts as (
        select
            listener_id,
            session_id,
            {{ shift_magnitude("valence_change", "energy_change") }} as shift_magnitude,
            count(*) as n,
            sum(valence_change) as valence_change,
            sum(energy_change) as energy_change
        from plays
        where valence_change is not null
        group by all
    ),
    pairs as (
        select
            listener_id,
            session_id,
            {{ shift_magnitude("(a.valence - b.valence)", "(a.energy - b.energy)") }}
            as shift_magnitude,
            count(*) as n
        from plays as a
        inner join plays as b using (listener_id, session_id, drawn_group)
        where a.play_id < b.play_id
        group by all
    ),
    chances as (
        select
            *,
            {{ share("n", "sum(n) over (partition by listener_id, session_id)") }}
            as chance
        from pairs
    )

select
    listener_id,
    session_id,
    shift_magnitude,
    sessions.steps,
    coalesce(shifts.n, 0) as shifts,
    sessions.steps * coalesce(chances.chance, 0e0) as expected_shifts,
    shifts.valence_change,
    shifts.energy_change
from sessions
cross join {{ shift_magnitudes() }}
left join shifts using (listener_id, session_id, shift_magnitude)
left join chances using (listener_id, session_id, shift_magnitude)
