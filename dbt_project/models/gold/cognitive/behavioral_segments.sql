-- What kind of listening were your last four whole weeks, beside your own past?
-- Grain: one row per listener.
-- Caveat: all values are of from_date to to_date, which ends with the data;
-- percentiles are against your own earlier weeks, never against other people.
with
    habit_percentiles as (select * from {{ ref("habit_percentiles") }}),
    weekly_listening as (select * from {{ ref("weekly_listening") }}),
    listeners as (
        select
            listener_id,
            max(week_start) as last_week_start,
            max(case when is_complete then week_start end) as last_whole_week,
            count(*) as n_weeks,
            bool_or(is_simulated) as is_simulated
        from weekly_listening
        group by listener_id
    ),
    habits as (
        select
            listener_id,
            max(n_past) as n_past,
            {% for metric in habit_metrics() %}
                max(case when metric = '{{ metric }}' then value end) as {{ metric }},
                max(
                    case when metric = '{{ metric }}' then percentile end
                ) as {{ metric }}_percentile{{ "," if not loop.last }}
            {% endfor %}
        from habit_percentiles
        group by listener_id
    ),
    clocks as (
        select
            *,
            (midpoint + 4) % 24 as midpoint_hour,
            cast(floor((midpoint + 4) % 24) as integer) as clock_hour
        from habits
    )

select
    listener_id,
    last_week_start,
    listeners.last_whole_week - 21 as from_date,
    listeners.last_whole_week + 6 as to_date,
    n_weeks,
    {{ archetype("novelty", "repetition", "effective_tracks") }} as archetype,
    case
        when concentration < 0.2
        then 'around the clock'
        else {{ part_of_day("clock_hour") }}
    end as clock_type,
    midpoint_hour,
    midpoint_percentile,
    concentration,
    concentration_percentile,
    {% for metric in habit_metrics() if metric not in ("midpoint", "concentration") %}
        {{ metric }}, {{ metric }}_percentile,
    {% endfor %}
    {{ reasons({
        "repetition": "case when repetition is null then 'no week of " ~ var("rarefaction_plays") ~ " plays among them' end",
        "novelty": "case when novelty is null then 'needs " ~ var("novelty_history_days") ~ " days of history' end",
        "regularity": "case when regularity is null then 'needs "
            ~ var("gate_regularity_days") ~ " days in four weeks' end",
        "skip_share": "case when skip_share is null then 'no source tells of skips' end",
        "percentiles": "case when concentration_percentile is null then 'need "
            ~ var("gate_past_weeks") ~ " earlier weeks, has ' || cast(coalesce(n_past, 0) as string) end",
    }) }}
    as reason,
    is_simulated
from listeners
left join clocks using (listener_id)
order by listener_id nulls last
