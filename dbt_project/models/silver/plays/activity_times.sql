-- How many sessions of each part of the day suit an activity, and how many would by
-- chance? Grain: listener_id, activity, part_of_day; parts with sessions that have a
-- score. Chance draws among sessions of about as many measured plays (plays_class), so
-- expectation and variance add up over these classes: the test of Cochran, Mantel and
-- Haenszel.
with
    activity_sessions as (select * from {{ ref("activity_sessions") }}),
    classes as (
        select
            listener_id,
            activity,
            plays_class,
            part_of_day,
            count(*) as n_drawn,
            count(case when is_match then 1 end) as n_matching
        from activity_sessions
        group by listener_id, activity, plays_class, part_of_day
    ),
    totals as (
        select
            *,
            sum(n_drawn) over same_class as n_class,
            sum(n_matching) over same_class as n_class_matches
        from classes
        window same_class as (partition by listener_id, activity, plays_class)
    ),
    chances as (
        select *, {{ hypergeometric("n_drawn", "n_class_matches", "n_class") }}
        from totals
    )

select
    listener_id,
    activity,
    part_of_day,
    cast(sum(n_drawn) as bigint) as n_sessions,
    cast(sum(n_matching) as bigint) as n_matching,
    sum(expected) as expected,
    case when sum(variance) > 1e-9 then sqrt(sum(variance)) end as std_dev
from chances
group by listener_id, activity, part_of_day
