-- How much of a day's sound lasts into the next, looking back from each week. Grain:
-- listener_id, week_start (Monday); weeks with measured plays. Correlation of a day's
-- mean valence (of var gate_day_plays measured plays) with that of the day before,
-- over var inertia_window_days days up to the
-- week's last, put right for its bias: r + (1 + 3 r) / n. NULL under the gate.
with
    session_sums as (select * from {{ ref("session_sums") }}),
    days as (
        select
            listener_id,
            listening_date,
            sum(sum_valence) / nullif(sum(n_valence), 0) as valence
        from session_sums
        group by listener_id, listening_date
        having sum(n_valence) >= {{ var("gate_day_plays") }}
    ),
    neighbours as (
        select
            *,
            case
                when lag(listening_date) over by_day = listening_date - interval 1 day
                then lag(valence) over by_day
            end as previous
        from days
        window by_day as (partition by listener_id order by listening_date nulls last)
    ),
    sums as (
        select
            listener_id,
            cast(date_trunc('week', listening_date) as date) as week_start,
            count(valence) over back as n_days,
            count(previous) over back as n_pairs,
            avg(valence) over back as mean,
            var_pop(valence) over back as variance,
            avg(valence * previous) over back as mean_product,
            avg(case when previous is not null then valence + previous end) over back
            as mean_sum
        from neighbours
        window
            back as (
                partition by listener_id
                order by
                    listening_date nulls last
                    range
                    between interval {{ var("inertia_window_days") - 1 }} days preceding
                    and current row
            )
        qualify
            row_number() over (
                partition by listener_id, date_trunc('week', listening_date)
                order by listening_date desc nulls last
            )
            = 1
    ),
    correlations as (
        select
            *,
            case
                when
                    n_days >= {{ var("gate_inertia_days") }}
                    and n_pairs >= {{ var("gate_inertia_days") }} / 2
                    and {{ varies("variance", "mean") }}
                then
                    (mean_product - mean * mean_sum + mean * mean) / nullif(variance, 0)
            end as r
        from sums
    )

select
    listener_id,
    week_start,
    n_days,
    n_pairs,
    case
        when r is not null
        then greatest(-1e0, least(1e0, r + (1 + 3 * r) / nullif(n_pairs, 0)))
    end as inertia,
    case
        when r is not null
        then 1.959963984540054e0 * sqrt(greatest(0e0, 1 - r * r) / nullif(n_pairs, 0))
    end as half_width
from correlations
