-- Every day of every year in which somebody listened, so that days without listening
-- exist too. Grain: date_day. Weeks are ISO weeks: Monday first, week 1 has the first
-- Thursday.
with
    history as (select * from {{ ref("listening_history_bronze") }}),
    range_of_history as (
        select
            cast(date_trunc('year', min(played_at)) as date) as first_day,
            cast(
                date_trunc('year', max(played_at)) + interval 12 months as date
            ) as next_year
        from history
    ),
    -- One day more on each side: local time may lie in the neighbouring year.
    moments as (
        select {{ date_series("first_day - 1", "next_year") }} as moment
        from range_of_history
        where first_day is not null
    ),
    days as (select cast(moment as date) as date_day from moments),
    numbered as (
        select date_day, {{ iso_day_of_week("date_day") }} as day_of_week from days
    )

select
    date_day,
    cast(extract(year from date_day) as integer) as year,
    cast(extract(quarter from date_day) as integer) as quarter,
    cast(extract(month from date_day) as integer) as month,
    cast(extract(day from date_day) as integer) as day_of_month,
    {{ iso_year("date_day") }} as iso_year,
    cast(extract(week from date_day) as integer) as iso_week,
    cast(date_trunc('week', date_day) as date) as week_start,
    cast(date_trunc('month', date_day) as date) as month_start,
    cast(date_trunc('quarter', date_day) as date) as quarter_start,
    cast(date_trunc('year', date_day) as date) as year_start,
    day_of_week,
    {{ day_name("day_of_week") }} as day_name,
    day_of_week >= 6 as is_weekend
from numbered
