-- Which stretches of time a source tells of, all its files together, so that the order
-- of imports changes nothing; a silence of more than 7 days is not covered. Grain:
-- listener_id, source, content_group, covered_from. One early video must not hide a
-- year.
with
    history as (select * from {{ ref("listening_history_bronze") }}),
    days as (
        select
            listener_id,
            source,
            {{ content_group("content_type") }} as content_group,
            cast(played_at as date) as day,
            min(played_at) as first_at,
            max(played_at) as last_at,
            count(*) as n_rows
        from history
        group by all
    ),
    gaps as (
        select
            *,
            {{ epoch_seconds("first_at") }} - lag({{ epoch_seconds("last_at") }}) over (
                partition by listener_id, source, content_group order by day nulls last
            ) as silence_seconds
        from days
    ),
    numbered as (
        select
            *,
            sum(case when silence_seconds > 7 * 86400 then 1 else 0 end) over (
                partition by listener_id, source, content_group
                order by day nulls last
                rows between unbounded preceding and current row
            ) as island
        from gaps
    )

select
    listener_id,
    source,
    {{ source_rank("source") }} as source_rank,
    content_group,
    min(first_at) as covered_from,
    max(last_at) as covered_to,
    cast(sum(n_rows) as bigint) as n_rows
from numbered
group by listener_id, source, content_group, island
