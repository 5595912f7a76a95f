-- How much of each session was low in valence and energy both, and how soon did it
-- leave
-- that corner again? Grain: listener_id, session_id; sessions with measured plays. Low
-- is below 0.5 or, relative, below the listener's own medians. A step goes from a low
-- play to the next measured play; expected is what the same plays give in an order of
-- chance. Minutes are those of plays with a known length.
with
    listening as (
        select *
        from {{ ref("listening_with_features") }}
        where is_measured and valence is not null and energy is not null
    ),
    medians as (
        select listener_id, median(valence) as valence, median(energy) as energy
        from listening
        group by listener_id
    ),
    plays as (
        select
            listener_id,
            session_id,
            listening.started_at,
            listening.play_id,
            listening.minutes,
            listening.valence < 0.5 and listening.energy < 0.5 as is_low,
            listening.valence < medians.valence
            and listening.energy < medians.energy as is_relatively_low
        from listening
        inner join medians using (listener_id)
    ),
    neighbours as (
        select
            *,
            lag(is_low) over (
                partition by listener_id, session_id
                order by started_at nulls last, play_id nulls last
            ) as was_low
        from plays
    ),
    sessions as (
        select
            listener_id,
            session_id,
            count(*) as n_plays,
            count(case when is_low then 1 end) as low_plays,
            sum(minutes) as minutes,
            sum(case when is_low then minutes else 0e0 end) as low_minutes,
            sum(
                case when is_relatively_low then minutes else 0e0 end
            ) as relatively_low_minutes,
            count(case when is_low and not coalesce(was_low, false) then 1 end) as runs,
            count(case when was_low then 1 end) as steps,
            count(case when was_low and not is_low then 1 end) as escapes
        from neighbours
        group by listener_id, session_id
    )

select
    listener_id,
    session_id,
    n_plays,
    low_plays,
    minutes,
    low_minutes,
    relatively_low_minutes,
    runs,
    steps,
    escapes,
    low_plays * (n_plays - 1e0) / nullif(n_plays, 0) as expected_steps,
    low_plays
    * cast(n_plays - low_plays as double)
    / nullif(n_plays, 0) as expected_escapes
from sessions
