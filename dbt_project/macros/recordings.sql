{#- An ISRC as every source writes it; what is none is NULL, or all tracks without one would be the same. -#}
{%- macro comparable_isrc(isrc) -%}
    case
        when length({{ replace_all("upper(" ~ isrc ~ ")", "[^A-Z0-9]+", "") }}) = 12
        then {{ replace_all("upper(" ~ isrc ~ ")", "[^A-Z0-9]+", "") }}
    end
{%- endmacro -%}

{#- The one value of a group, from its parts' first and last values; NULL where there are several. -#}
{%- macro only_value(first, last) -%}
    case when min({{ first }}) = max({{ last }}) then min({{ first }}) end
{%- endmacro -%}

{#- The listener under whom ids and names of all listeners are compared; there where there are several. -#}
{%- macro household() -%} 'all' {%- endmacro -%}

{#- One row per listener and ISRC, or id without one: the first id of known length speaks for all of them. -#}
{%- macro leads_of_isrcs(ids) -%}
    select
        listener_id,
        isrc_key,
        min_by(
            name_id, case when duration_ms is null then '1' else '0' end || told_id
        ) filter (where name_id is not null) as name_id,
        min_by(duration_ms, told_id) filter (
            where name_id is not null and duration_ms is not null
        ) as duration_ms,
        min(preference) as preference,
        max(duration_ms) as longest_ms
    from {{ ids }}
    group by listener_id, isrc_key
{%- endmacro -%}

{#- Numbers the lengths of each name that several have: a new run where the step is over 3 s, -1 where unknown. -#}
{%- macro length_runs(leads) -%}
    select
        listener_id,
        isrc_key,
        name_id,
        duration_ms,
        case
            when duration_ms is null
            then -1
            else
                sum(case when is_step then 1 else 0 end) over (
                    partition by listener_id, name_id
                    order by duration_ms nulls last, isrc_key nulls last
                    rows between unbounded preceding and current row
                )
        end as run
    from
        (
            select
                *,
                duration_ms - lag(duration_ms) over (
                    partition by listener_id, name_id order by duration_ms nulls last, isrc_key nulls last
                )
                > 3000 as is_step,
                count(*) over (partition by listener_id, name_id) as n_of_name
            from {{ leads }}
            where name_id is not null
        ) as steps
    where n_of_name > 1
{%- endmacro -%}

{#- Which runs of one name are one recording: narrow ones, and unknown lengths beside a single one, if no more. -#}
{%- macro recordings_of_runs(runs) -%}
    select
        listener_id,
        name_id,
        run,
        case
            when not is_narrow
            then null
            when run >= 0
            then first_key
            when
                count(*) over (partition by listener_id, name_id) = 2
                and 2 * n_leads <= sum(n_leads) over (partition by listener_id, name_id)
            then max(case when run >= 0 and is_narrow then first_key end) over (partition by listener_id, name_id)
        end as recording_key
    from
        (
            select
                listener_id,
                name_id,
                run,
                min(isrc_key) as first_key,
                count(*) as n_leads,
                coalesce(max(duration_ms) - min(duration_ms), 0) <= 6000 as is_narrow
            from {{ runs }}
            group by listener_id, name_id, run
        ) as named_runs
{%- endmacro -%}
