-- Does the music you play differ by the hour of the day, and how sure is that?
-- Grain: one row per listener and hour of the day (24); hours without measured plays
-- are rows with 0.
-- Caveat: measured plays only; intervals take the session as the unit, because plays
-- of one session are alike.
{% set features = ["valence", "energy", "danceability", "acousticness"] %}
with
    listening as (select * from {{ ref("listening_with_features") }}),
    hours as (
        select
            listener_id,
            hour_of_day,
            {{ measured_share() }} as measured_share,
            count(case when is_measured then 1 end) as sample_size
        from listening
        group by listener_id, hour_of_day
    ),
    sessions as (
        select
            listener_id,
            hour_of_day,
            session_id,
            {% for feature in features %}
                sum({{ feature }}) as {{ feature }}_sum,
                count({{ feature }}) as {{ feature }}_n{{ "," if not loop.last }}
            {% endfor %}
        from listening
        where is_measured
        group by listener_id, hour_of_day, session_id
    ),
    means as (
        select
            listener_id,
            hour_of_day,
            count(*) as n_sessions,
            {% for feature in features %}
                {{ cluster_mean(feature ~ "_sum", feature ~ "_n") }}
                as avg_{{ feature }},
                {{ cluster_ci(feature ~ "_sum", feature ~ "_n") }}
                as {{ feature }}_half_width{{ "," if not loop.last }}
            {% endfor %}
        from sessions
        group by listener_id, hour_of_day
    ),
    listeners as (
        select
            listener_id,
            {% for feature in features %}
                avg(
                    case when is_measured then {{ feature }} end
                ) as {{ feature }}_overall,
            {% endfor %}
            bool_or(is_simulated) as is_simulated
        from listening
        group by listener_id
    )

select
    listeners.listener_id,
    hour_of_day,
    {{ part_of_day("hour_of_day") }} as part_of_day,
    coalesce(hours.sample_size, 0) as sample_size,
    coalesce(means.n_sessions, 0) as n_sessions,
    {% for feature in features %}
        means.avg_{{ feature }},
        means.avg_{{ feature }}
        - listeners.{{ feature }}_overall as {{ feature }}_deviation,
        means.avg_{{ feature }}
        - means.{{ feature }}_half_width as {{ feature }}_ci_low,
        means.avg_{{ feature }}
        + means.{{ feature }}_half_width as {{ feature }}_ci_high,
    {% endfor %}
    hours.measured_share,
    {{ too_few_sessions("means.n_sessions", "means.valence_half_width") }} as reason,
    listeners.is_simulated
from listeners
cross join {{ integers(0, 23, "hour_of_day") }}
left join hours using (listener_id, hour_of_day)
left join means using (listener_id, hour_of_day)
order by listener_id nulls last, hour_of_day nulls last
