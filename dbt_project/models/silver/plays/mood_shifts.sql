-- How far the music moved from each measured play of a session to the next. Grain:
-- listener_id, session_id, shift_magnitude (3); sessions with two measured plays or
-- more.
-- expected_shifts is what the same plays give in an order of chance: that of play_id,
-- a hash, with the first following the last.
{%- set in_session = "partition by listener_id, session_id order by" %}
with
    listening as (select * from {{ ref("listening_with_features") }} where is_measured),
    steps as (
        select
            listener_id,
            session_id,
            valence - lag(valence) over by_time as valence_change,
            energy - lag(energy) over by_time as energy_change,
            valence - coalesce(
                lag(valence) over by_chance, last_value(valence) over whole_session
            ) as chance_valence_change,
            energy - coalesce(
                lag(energy) over by_chance, last_value(energy) over whole_session
            ) as chance_energy_change
        from listening
        window
            by_time as ({{ in_session }} started_at nulls last, play_id nulls last),
            by_chance as ({{ in_session }} play_id nulls last),
            whole_session as (
                {{ in_session }} play_id nulls last
                rows between unbounded preceding and unbounded following
            )
    ),
    sized as (
        select
            *,
            {{ shift_magnitude("valence_change", "energy_change") }} as magnitude,
            {{ shift_magnitude("chance_valence_change", "chance_energy_change") }}
            as chance_magnitude
        from steps
    ),
    sessions as (
        select
            listener_id,
            session_id,
            count(*) - 1 as steps,
            {%- for magnitude in ("Small", "Medium", "Large") %}
                count(
                    case when magnitude = '{{ magnitude }}' then 1 end
                ) as {{ magnitude }}_shifts,
                count(case when chance_magnitude = '{{ magnitude }}' then 1 end)
                * (count(*) - 1e0)
                / nullif(count(*), 0) as {{ magnitude }}_expected,
                sum(
                    case when magnitude = '{{ magnitude }}' then valence_change end
                ) as {{ magnitude }}_valence,
                sum(
                    case when magnitude = '{{ magnitude }}' then energy_change end
                ) as {{ magnitude }}_energy{{ "," if not loop.last }}
            {%- endfor %}
        from sized
        group by listener_id, session_id
        having count(*) > 1
    )
{% for magnitude in ("Small", "Medium", "Large") %}
    select
        listener_id,
        session_id,
        '{{ magnitude }}' as shift_magnitude,
        steps,
        {{ magnitude }}_shifts as shifts,
        {{ magnitude }}_expected as expected_shifts,
        {{ magnitude }}_valence as valence_change,
        {{ magnitude }}_energy as energy_change
    from sessions {{ "union all" if not loop.last }}
{% endfor %}
