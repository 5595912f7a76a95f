-- What a listener's weeks are like: amount, sound, clock, variety. Grain: listener_id,
-- week_start (Monday); weeks with plays, days end at 04:00, a session belongs to the
-- week in which it began. Sound is of measured plays, its mean NULL under var
-- gate_week_sessions sessions with any. is_complete is false where the
-- history begins or ends within the week.
with
    listening as (select * from {{ ref("listening_with_features") }}),
    session_sums as (select * from {{ ref("session_sums") }}),
    music_streams as (select * from {{ ref("music_streams") }}),
    weekly_variety as (select * from {{ ref("weekly_variety") }}),
    clocks as (
        select
            listener_id,
            cast(date_trunc('week', listening_date) as date) as week_start,
            count(distinct listening_date) as n_days,
            min(listening_date) as first_date,
            max(listening_date) as last_date,
            count(*) as plays,
            sum(minutes) as minutes,
            {{ share("coalesce(sum(minutes) filter (where hour_of_day < 6), 0)", "sum(minutes)") }}
            as night_share,
            {{ share("count(minutes)", "count(*)") }} as ms_played_share,
            avg(cos((hour_of_day + 0.5e0) * 0.2617993877991494e0)) as clock_cosine,
            avg(sin((hour_of_day + 0.5e0) * 0.2617993877991494e0)) as clock_sine,
            {{ measured_share() }} as measured_share,
            bool_or(is_simulated) as is_simulated
        from listening
        group by listener_id, cast(date_trunc('week', listening_date) as date)
    ),
    sessions as (
        select
            listener_id,
            cast(date_trunc('week', listening_date) as date) as week_start,
            count(*) as n_sessions,
            {% for feature in ("valence", "energy") %}
                count(avg_{{ feature }}) as n_{{ feature }}_sessions,
                {{ where_enough("count(avg_" ~ feature ~ ")", "gate_week_sessions", cluster_mean("sum_" ~ feature, "n_" ~ feature)) }}
                as avg_{{ feature }},
                {{ cluster_ci("sum_" ~ feature, "n_" ~ feature) }}
                as {{ feature }}_half_width,
                {{ where_enough("count(avg_" ~ feature ~ ")", "gate_interval_sessions", std_dev("avg_" ~ feature)) }}
                as {{ feature }}_std_dev{{ "," if not loop.last }}
            {% endfor %}
        from session_sums
        group by listener_id, cast(date_trunc('week', listening_date) as date)
    ),
    skips as (
        select
            listener_id,
            cast(date_trunc('week', local_date) as date) as week_start,
            {{ share("count(case when was_skipped then 1 end)", "count(was_skipped)") }}
            as skip_share
        from music_streams
        group by listener_id, cast(date_trunc('week', local_date) as date)
    )

select
    listener_id,
    week_start,
    clocks.n_days,
    coalesce(sessions.n_sessions, 0) as n_sessions,
    clocks.plays,
    clocks.minutes,
    clocks.ms_played_share,
    {% for feature in ("valence", "energy") %}
        coalesce(sessions.n_{{ feature }}_sessions, 0) as n_{{ feature }}_sessions,
        sessions.avg_{{ feature }},
        sessions.{{ feature }}_half_width,
        sessions.{{ feature }}_std_dev,
    {% endfor %}
    {% for habit in ("night_share", "clock_cosine", "clock_sine", "repetition", "effective_tracks", "novelty", "skip_share") %}
        {{ habit }},
    {% endfor %}
    min(clocks.first_date) over (partition by listener_id) <= week_start
    and max(clocks.last_date) over (partition by listener_id)
    >= week_start + interval 6 days as is_complete,
    clocks.measured_share,
    clocks.is_simulated
from clocks
left join weekly_variety using (listener_id, week_start)
left join sessions using (listener_id, week_start)
left join skips using (listener_id, week_start)
