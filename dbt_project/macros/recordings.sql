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

{#- Numbers the lengths of each name that several have: a new run where the step is over 3 s, -1 where unknown. -#}
{%- macro length_runs(leads) -%}
    select
        isrc_key,
        name_id,
        duration_ms,
        case
            when duration_ms is null
            then -1
            else
                sum(case when is_step then 1 else 0 end) over (
                    partition by name_id
                    order by duration_ms nulls last, isrc_key nulls last
                    rows between unbounded preceding and current row
                )
        end as run
    from
        (
            select
                *,
                duration_ms - lag(duration_ms) over (
                    partition by name_id order by duration_ms nulls last, isrc_key nulls last
                )
                > 3000 as is_step
            from {{ leads }}
            where name_id in (select name_id from {{ leads }} group by name_id having count(*) > 1)
        ) as steps
{%- endmacro -%}

{#- Which runs of one name are one recording: narrow ones, and unknown lengths beside a single one, if no more. -#}
{%- macro recordings_of_runs(runs) -%}
    select
        name_id,
        run,
        case
            when not is_narrow
            then null
            when run >= 0
            then first_key
            when
                count(*) over (partition by name_id) = 2
                and 2 * n_leads <= sum(n_leads) over (partition by name_id)
            then max(case when run >= 0 and is_narrow then first_key end) over (partition by name_id)
        end as recording_key
    from
        (
            select
                name_id,
                run,
                min(isrc_key) as first_key,
                count(*) as n_leads,
                coalesce(max(duration_ms) - min(duration_ms), 0) <= 6000 as is_narrow
            from {{ runs }}
            group by name_id, run
        ) as named_runs
{%- endmacro -%}
