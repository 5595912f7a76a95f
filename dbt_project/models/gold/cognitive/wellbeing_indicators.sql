-- How does your listening change from week to week: sound, variety, clock?
-- Grain: one row per listener and week with plays (week_start, a Monday).
-- Caveat: music features describe songs, not the person who plays them. No score, no
-- verdict: read a value against your own past weeks.
{% set escape_gate = var("gate_transition_occurrences") %}
{% set week_gate = var("gate_week_sessions") %}
{% set needs = "case when {} is null then 'needs {} {}' end" %}
with
    weekly_listening as (select * from {{ ref("weekly_listening") }}),
    weekly_inertia as (select * from {{ ref("weekly_inertia") }}),
    weekly_regularity as (select * from {{ ref("weekly_regularity") }}),
    weekly_dynamics as (select * from {{ ref("weekly_dynamics") }}),
    weekly_directions as (select * from {{ ref("weekly_directions") }})

select
    listener_id,
    week_start,
    weekly_listening.is_complete,
    weekly_listening.n_sessions,
    weekly_listening.plays,
    weekly_listening.minutes,
    weekly_listening.ms_played_share,
    {% for feature in ("valence", "energy") %}
        weekly_listening.avg_{{ feature }},
        weekly_listening.avg_{{ feature }}
        - weekly_listening.{{ feature }}_half_width as {{ feature }}_ci_low,
        weekly_listening.avg_{{ feature }}
        + weekly_listening.{{ feature }}_half_width as {{ feature }}_ci_high,
        weekly_listening.{{ feature }}_std_dev as {{ feature }}_variability,
        weekly_dynamics.{{ feature }}_rmssd,
    {% endfor %}
    weekly_inertia.inertia as valence_inertia,
    weekly_inertia.inertia - weekly_inertia.half_width as inertia_ci_low,
    weekly_inertia.inertia + weekly_inertia.half_width as inertia_ci_high,
    coalesce(weekly_inertia.n_days, 0) as inertia_days,
    weekly_listening.repetition,
    weekly_listening.effective_tracks,
    weekly_directions.gs_score,
    weekly_listening.novelty,
    weekly_listening.night_share,
    weekly_regularity.regularity,
    {% for share in ("low_low", "relative_low_low") %}
        weekly_dynamics.{{ share }}_share,
        {% for end in ("low", "high") %}
            {{ share_bound("weekly_dynamics." ~ share ~ "_share", "weekly_dynamics." ~ share ~ "_half_width", "weekly_dynamics.n_sessions", end) }}
            as {{ share }}_ci_{{ end }},
        {% endfor %}
    {% endfor %}
    weekly_dynamics.low_low_run_length,
    weekly_dynamics.escape_probability,
    {% for end in ("low", "high") %}
        {{ share_bound("weekly_dynamics.escape_probability", "weekly_dynamics.escape_half_width", "weekly_dynamics.n_step_sessions", end) }}
        as escape_ci_{{ end }},
    {% endfor %}
    weekly_dynamics.expected_escape_probability,
    coalesce(weekly_dynamics.low_low_steps, 0) as low_low_steps,
    weekly_listening.measured_share,
    {{ reasons({
        "sound": "case when weekly_listening.n_valence_sessions < " ~ week_gate ~ " then 'needs " ~ week_gate
            ~ " sessions with measured plays, has ' || cast(weekly_listening.n_valence_sessions as string) end",
        "interval": too_few_sessions("weekly_listening.n_valence_sessions", "weekly_listening.valence_half_width"),
        "inertia": "case when weekly_inertia.inertia is null then 'needs " ~ var("gate_inertia_days")
            ~ " days, has ' || cast(coalesce(weekly_inertia.n_days, 0) as string) end",
        "repetition": needs.format("weekly_listening.repetition", var("rarefaction_plays"), "plays"),
        "gs_score": needs.format("gs_score", var("rarefaction_plays"), "measured plays and a catalogue"),
        "novelty": needs.format("weekly_listening.novelty", var("novelty_history_days"), "days of history"),
        "regularity": needs.format("regularity", var("gate_regularity_days"), "days in four weeks"),
        "escape": "case when coalesce(weekly_dynamics.low_low_steps, 0) < " ~ escape_gate
            ~ " then 'needs " ~ escape_gate ~ " plays low in both, has ' || "
            ~ "cast(coalesce(weekly_dynamics.low_low_steps, 0) as string) end",
    }) }}
    as reason,
    weekly_listening.is_simulated
from weekly_listening
left join weekly_inertia using (listener_id, week_start)
left join weekly_regularity using (listener_id, week_start)
left join weekly_dynamics using (listener_id, week_start)
left join weekly_directions using (listener_id, week_start)
order by listener_id nulls last, week_start nulls last
