-- When, and with which tracks, do you skip?
-- Grain: one row per listener, definition of a skip, dimension and value of it.
-- Caveat: 'ended_early' is what the player noted, which account exports and scrobbles
-- lack: 'under_30_seconds' is all they tell. n counts streams, short ones too.
{% set dimensions = {
    "all": "'all'",
    "hour_of_day": "lpad(cast(hour_of_day as string), 2, '0')",
    "part_of_day": "part_of_day",
    "familiarity": "familiarity",
    "year": "cast(year as string)",
} %}
with
    music_streams as (select * from {{ ref("music_streams") }}),
    -- One row for all streams of a session that are alike, so that each is read once.
    skips as (
        {% for definition, is_skip in skip_definitions().items() %}
            select
                listener_id,
                session_id,
                '{{ definition }}' as definition,
                hour_of_day,
                part_of_day,
                {{ familiarity("times_heard") }} as familiarity,
                extract(year from local_date) as year,
                count(*) as streams,
                count(case when {{ is_skip }} then 1 end) as skips,
                bool_or(is_simulated) as is_simulated
            from music_streams
            where {{ is_skip }} is not null
            group by all {{ "union all" if not loop.last }}
        {% endfor %}
    ),
    sessions as (
        {% for dimension, value in dimensions.items() %}
            select
                listener_id,
                definition,
                '{{ dimension }}' as dimension,
                {{ value }} as value,
                session_id,
                sum(streams) as streams,
                sum(skips) as skips,
                bool_or(is_simulated) as is_simulated
            from skips
            where {{ value }} is not null
            group by all {{ "union all" if not loop.last }}
        {% endfor %}
    ),
    shares as (
        select
            listener_id,
            definition,
            dimension,
            value,
            cast(sum(streams) as bigint) as n,
            count(*) as n_sessions,
            cast(sum(skips) as bigint) as skips,
            {{ cluster_mean("skips", "streams") }} as skip_share,
            {{ cluster_ci("skips", "streams") }} as half_width,
            bool_or(is_simulated) as is_simulated
        from sessions
        group by listener_id, definition, dimension, value
    )

select
    listener_id,
    definition,
    dimension,
    value,
    n,
    n_sessions,
    skips,
    skip_share,
    {{ share_bound("skip_share", "half_width", "n_sessions", "low") }} as ci_low,
    {{ share_bound("skip_share", "half_width", "n_sessions", "high") }} as ci_high,
    {{ too_few_sessions("n_sessions") }} as reason,
    is_simulated
from shares
order by
    listener_id nulls last,
    definition nulls last,
    dimension nulls last,
    value nulls last
