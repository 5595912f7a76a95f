-- Stretches of days without a stream of which it is not known that nothing was played.
-- Grain: listener_id, from_date. A silence is taken for a hole in the data from var
-- silence_days on where it is three times as long as 19 of 20 silences of the listener:
-- who listens once a month keeps a month. Under that, from a week on, where a numbered
-- file of the export is missing there, or where only videos, which have files of their
-- own, tell of those days. Days are local.
with
    listening_days as (select * from {{ ref("listening_days") }}),
    missing_files as (select * from {{ ref("missing_files") }}),
    heard as (
        select
            listener_id,
            local_date,
            lag(local_date) over (
                partition by listener_id order by local_date nulls last
            ) as previous_date
        from listening_days
        where not is_video_only
    ),
    gaps as (
        select
            *,
            {{ dbt.datediff("previous_date", "local_date", "day") }} - 1 as silent_days
        from heard
        where previous_date is not null
    ),
    usual as (
        select
            listener_id,
            percentile_disc(0.95) within group (
                order by silent_days nulls last
            ) as usual_days
        from gaps
        group by listener_id
    ),
    silences as (
        select
            gaps.*,
            usual.usual_days,
            cast(previous_date + interval 1 day as date) as from_date,
            cast(local_date - interval 1 day as date) as to_date
        from gaps
        inner join usual using (listener_id)
        where gaps.silent_days >= 7
    ),
    causes as (
        select
            silences.*,
            case
                when
                    silent_days >= {{ var("silence_days") }}
                    and silent_days > 3 * usual_days
                then 'longer than usual'
                when
                    exists (
                        select 1
                        from missing_files
                        where
                            missing_files.listener_id = silences.listener_id
                            and missing_files.from_date <= silences.from_date
                            and missing_files.to_date >= silences.to_date
                    )
                then 'a file is missing'
                when
                    exists (
                        select 1
                        from listening_days
                        where
                            listening_days.listener_id = silences.listener_id
                            and listening_days.local_date
                            between silences.from_date and silences.to_date
                    )
                then 'only videos'
            end as cause
        from silences
    )

select listener_id, from_date, to_date, silent_days as days, cause
from causes
where cause is not null
