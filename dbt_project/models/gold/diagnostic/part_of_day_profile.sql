-- What is each part of your day like: how much, how new, how often skipped, whom?
-- Grain: one row per listener and part of the day (4).
-- Caveat: shares are of streams, short ones too; everything is new where a history
-- begins. Ties of the top artist and genre go to the longer time, then to the name.
{% set shares = {"new_track": ["new_tracks", "streams"], "skip": ["skips", "told"]} %}
with
    listening as (select * from {{ ref("listening_with_features") }}),
    streams as (select * from {{ ref("music_streams") }}),
    listeners as (
        select listener_id, count(*) as plays, bool_or(is_simulated) as is_simulated
        from listening
        group by listener_id
    ),
    heard as (
        select
            listener_id,
            part_of_day,
            count(*) as plays,
            sum(minutes) as minutes,
            {{ share("count(minutes)", "count(*)") }} as ms_played_share,
            {{ measured_share() }} as measured_share
        from listening
        group by listener_id, part_of_day
    ),
    {% for name in ("artist_name", "track_genre") %}
        top_{{ name }} as (
            {{ most_played("listening", name, "listener_id, part_of_day") }}
        ),
    {% endfor %}
    sessions as (
        select
            listener_id,
            part_of_day,
            count(times_heard) as streams,
            count(case when times_heard = 1 then 1 end) as new_tracks,
            count(was_skipped) as told,
            count(case when was_skipped then 1 end) as skips
        from streams
        group by listener_id, part_of_day, session_id
    ),
    shares as (
        select
            listener_id,
            part_of_day,
            count(*) as n_sessions,
            {%- for name, counts in shares.items() %}
                {{ cluster_count(counts[1]) }} as {{ name }}_sessions,
                {{ cluster_mean(counts[0], counts[1]) }} as {{ name }}_share,
                {{ cluster_ci(counts[0], counts[1]) }}
                as {{ name }}_half_width{{ "," if not loop.last }}
            {%- endfor %}
        from sessions
        group by listener_id, part_of_day
    )

select
    listener_id,
    part_of_day,
    coalesce(shares.n_sessions, 0) as n_sessions,
    coalesce(heard.plays, 0) as plays,
    case when heard.plays is null then 0e0 else heard.minutes end as minutes,
    heard.ms_played_share,
    {{ share("coalesce(heard.plays, 0)", "listeners.plays") }} as play_share,
    {% for name in shares %}
        {{ name }}_share,
        {% for end in ("low", "high") %}
            {{ share_bound(name ~ "_share", name ~ "_half_width", name ~ "_sessions", end) }}
            as {{ name }}_ci_{{ end }},
        {% endfor %}
    {% endfor %}
    top_artist_name.artist_name as top_artist,
    top_track_genre.track_genre as top_genre,
    heard.measured_share,
    coalesce(
        {{ too_few_sessions("shares.n_sessions") }},
        case when skip_share is null then 'no source tells of skips' end
    ) as reason,
    listeners.is_simulated
from listeners
cross join {{ parts_of_day() }}
{% for part in ("heard", "shares", "top_artist_name", "top_track_genre") %}
    left join {{ part }} using (listener_id, part_of_day)
{% endfor %}
order by listener_id nulls last, part_of_day nulls last
