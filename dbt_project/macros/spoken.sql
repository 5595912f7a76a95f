{#- How much was heard of each piece of spoken content, from its streams: what models of episodes and chapters share.
    of: what holds the name of what a piece belongs to; the two columns are what the model calls that and the piece. -#}
{%- macro heard_of_spoken(content_type, of, whole_column, part_column) -%}
    with
        plays as (select * from {{ ref("plays") }}),
        streams as (
            select
                *, coalesce(content_uri, {{ name_id(of, "track_name") }}) as content_id
            from plays
            where content_type = '{{ content_type }}'
        )

    select
        listener_id,
        content_id,
        max_by({{ of }}, played_at) as {{ whole_column }},
        max_by(track_name, played_at) as {{ part_column }},
        count(*) as n_streams,
        count(*) filter (where is_play) as n_plays,
        cast(sum(ms_played) as bigint) / cast(60000 as double) as minutes,
        {{ share("count(ms_played)", "count(*)") }} as ms_played_share,
        min(started_at) as first_started_at,
        max(started_at) as last_started_at,
        case
            when max(case when reason_end = 'trackdone' then 1 else 0 end) = 1
            then 'finished'
            when count(reason_end) > 0
            then 'abandoned'
            else 'unknown'
        end as state,
        max(is_simulated) as is_simulated
    from streams
    group by listener_id, content_id
{%- endmacro -%}
