-- How the last four whole weeks of each habit compare with all weeks before, since the
-- last silence that is not believed. Grain:
-- listener_id, metric. All habits are of the same four weeks of the calendar; one that
-- has no value in them has no row. percentile is the share of the earlier four-week
-- means that are lower, ties counted half, NULL under var gate_past_weeks of them.
-- midpoint is in hours after 04:00.
with
    weekly_listening as (
        select *
        from {{ ref("weekly_listening") }}
        where is_complete
        qualify
            spell_start = max(spell_start) over (partition by listener_id)
            or spell_start is null
    ),
    weekly_regularity as (select * from {{ ref("weekly_regularity") }}),
    weeks as (
        select
            *,
            (atan2(clock_sine, clock_cosine) * 3.819718634205488e0 + 44)
            % 24 as midpoint,
            sqrt(clock_sine * clock_sine + clock_cosine * clock_cosine) as concentration
        from weekly_listening
        left join weekly_regularity using (listener_id, week_start)
    ),
    habits as (
        {% for metric in habit_metrics() %}
            select
                listener_id, week_start, '{{ metric }}' as metric, {{ metric }} as value
            from weeks {{ "union all" if not loop.last }}
        {% endfor %}
    ),
    smoothed as (
        select
            listener_id,
            metric,
            -- Rounded, so that what is equal but for the last bits ties.
            round(
                avg(habits.value) over (
                    partition by listener_id, metric
                    order by
                        week_start nulls last
                        range between interval 21 days preceding and current row
                ),
                9
            ) as value,
            habits.value is not null as is_known,
            week_start = max(week_start) over (partition by listener_id) as is_latest
        from habits
    ),
    compared as (
        select
            listener_id,
            metric,
            smoothed.is_latest,
            max(case when smoothed.is_latest then smoothed.value end) over (
                partition by listener_id, metric
            ) as latest,
            smoothed.value
        from smoothed
        where smoothed.is_known or smoothed.is_latest
    )

select
    listener_id,
    metric,
    max(latest) as value,
    cast(count(*) - 1 as bigint) as n_past,
    case
        when count(*) - 1 >= {{ var("gate_past_weeks") }}
        then
            (
                count(case when not is_latest and value < latest then 1 end)
                + count(case when not is_latest and value = latest then 1 end) / 2e0
            )
            / nullif(count(*) - 1, 0)
    end as percentile
from compared
where latest is not null
group by listener_id, metric
