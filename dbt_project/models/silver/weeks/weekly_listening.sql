-- What a listener's weeks are like: amount, sound, clock, variety. Grain: listener_id,
-- week_start (Monday); weeks with plays, days end at 04:00, a session belongs to the
-- week in which it began. Sound is of measured plays, its mean NULL under var
-- gate_week_sessions sessions with any. is_complete is false where the
-- history, or a silence that is not believed, begins or ends within the week; novelty
-- needs var novelty_history_days since then.
{% set columns = "n_days minutes ms_played_share measured_share night_share clock_cosine clock_sine repetition effective_tracks skip_share is_simulated avg_valence valence_half_width valence_std_dev avg_energy energy_half_width energy_std_dev".split() %}
with
    listening as (select * from {{ ref("listening_with_features") }}),
    session_sums as (select * from {{ ref("session_sums") }}),
    music_streams as (select * from {{ ref("music_streams") }}),
    weekly_variety as (select * from {{ ref("weekly_variety") }}),
    spells as (select * from {{ ref("history_spells") }}),
    clocks as (
        select
            listener_id,
            cast(date_trunc('week', listening_date) as date) as week_start,
            count(distinct listening_date) as n_days,
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
    clocks.listener_id,
    clocks.week_start,
    clocks.plays,
    {% for units in ("n_sessions", "n_valence_sessions", "n_energy_sessions") %}
        coalesce(sessions.{{ units }}, 0) as {{ units }},
    {% endfor %}
    {% for column in columns %} {{ column }}, {% endfor %}
    case
        when
            from_date
            <= clocks.week_start - interval {{ var("novelty_history_days") }} days
        then weekly_variety.novelty
    end as novelty,
    from_date as spell_start,
    coalesce(
        from_date <= clocks.week_start
        and to_date >= clocks.week_start + interval 6 days,
        false
    ) as is_complete
from clocks
left join weekly_variety using (listener_id, week_start)
left join sessions using (listener_id, week_start)
left join skips using (listener_id, week_start)
left join
    spells
    on clocks.listener_id = spells.listener_id
    and spells.from_date < clocks.week_start + interval 7 days
    and spells.to_date >= clocks.week_start
