-- How much of your listening is new, what came back, what did you play on repeat?
-- Grain: one row per listener and month with plays.
-- Caveat: everything is new where a history begins, or begins again after a silence
-- that
-- is not believed: see history_days.
{% set picks = {
    "comeback": ["comeback_days", "pause_days"],
    "day_obsession": ["plays", "plays"],
    "week_obsession": ["week_plays", "plays"],
} %}
with
    track_days as (select * from {{ ref("track_days") }}),
    days as (
        select
            *,
            cast(date_trunc('month', local_date) as date) as month_start,
            case when track_first_date >= month_start then track_id end as new_track,
            case
                when artist_first_date >= month_start then artist_name
            end as new_artist,
            case
                when pause_days >= {{ var("comeback_days") }} then pause_days
            end as comeback_days,
            case when comeback_days is not null then track_id end as comeback_track
        from track_days
    ),
    months as (
        select
            listener_id,
            month_start,
            {{ dbt.datediff("max(coalesce(spell_start, month_start))", "month_start", "day") }}
            as days_before,
            cast(sum(plays) as bigint) as plays,
            count(distinct track_id) as tracks,
            count(distinct artist_name) as artists,
            count(distinct new_track) as new_tracks,
            count(distinct new_artist) as new_artists,
            count(distinct comeback_track) as comeback_tracks,
            bool_or(is_simulated) as is_simulated
        from days
        group by listener_id, month_start
    )
    {% for pick, measures in picks.items() %}
        ,
        {{ pick }} as (
            select *
            from days
            where {{ measures[0] }} is not null and track_id is not null
            qualify
                row_number() over (
                    partition by listener_id, month_start
                    order by
                        {{ measures[0] }} desc nulls last,
                        local_date nulls last,
                        track_id nulls last
                )
                = 1
        )
    {% endfor %}

select
    listener_id,
    month_start,
    greatest(0, months.days_before) as history_days,
    months.plays,
    months.tracks,
    months.artists,
    months.new_tracks,
    months.new_artists,
    {{ share("months.new_tracks", "months.tracks") }} as new_track_share,
    {{ share("months.new_artists", "months.artists") }} as new_artist_share,
    months.comeback_tracks,
    {% for pick, measures in picks.items() %}
        {{ pick }}.track_id as {{ pick }}_track_id,
        {{ pick }}.track_name as {{ pick }}_track_name,
        {{ pick }}.artist_name as {{ pick }}_artist_name,
        {{ pick }}.local_date as {{ pick }}_date,
        cast({{ pick }}.{{ measures[0] }} as bigint) as {{ pick }}_{{ measures[1] }},
    {% endfor %}
    months.is_simulated
from months
{% for pick in picks %}
    left join {{ pick }} using (listener_id, month_start)
{% endfor %}
order by listener_id nulls last, month_start nulls last
