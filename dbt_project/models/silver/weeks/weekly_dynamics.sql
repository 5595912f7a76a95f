-- How does the sound move within each week: from session to session, and into and out
-- of
-- music low in valence and energy both? Grain: listener_id, week_start (Monday); weeks
-- with measured plays. A session belongs to the week in which it began; the first one
-- of a week has no session before it. Shares are of minutes; low_low_sessions says what
-- low is, NULL under var gate_week_sessions sessions; escapes are NULL under var
-- gate_transition_occurrences steps.
{%- set gate = var("gate_transition_occurrences") %}
{%- set week_gate = var("gate_week_sessions") %}
with
    low_low_sessions as (select * from {{ ref("low_low_sessions") }}),
    session_sums as (select * from {{ ref("session_sums") }}),
    sessions as (
        select
            listener_id,
            cast(date_trunc('week', listening_date) as date) as week_start,
            {%- for feature in ("valence", "energy") %}
                avg_{{ feature }} - lag(avg_{{ feature }}) over (
                    partition by listener_id, date_trunc('week', listening_date)
                    order by started_at nulls last, session_id nulls last
                ) as {{ feature }}_change,
            {%- endfor %}
            low_low_sessions.low_plays,
            low_low_sessions.minutes as minutes,
            low_low_sessions.low_minutes,
            low_low_sessions.relatively_low_minutes,
            low_low_sessions.runs,
            low_low_sessions.steps,
            low_low_sessions.escapes,
            low_low_sessions.expected_steps,
            low_low_sessions.expected_escapes
        from session_sums
        inner join low_low_sessions using (listener_id, session_id)
    )

select
    listener_id,
    week_start,
    count(*) as n_sessions,
    {%- for feature in ("valence", "energy") %}
        count({{ feature }}_change) as n_{{ feature }}_changes,
        case
            when count(*) >= {{ week_gate }}
            then sqrt(avg({{ feature }}_change * {{ feature }}_change))
        end as {{ feature }}_rmssd,
    {%- endfor %}
    case
        when count(*) >= {{ week_gate }}
        then {{ cluster_mean("low_minutes", "minutes") }}
    end as low_low_share,
    {{ cluster_ci("low_minutes", "minutes") }} as low_low_half_width,
    case
        when count(*) >= {{ week_gate }}
        then {{ cluster_mean("relatively_low_minutes", "minutes") }}
    end as relative_low_low_share,
    {{ cluster_ci("relatively_low_minutes", "minutes") }}
    as relative_low_low_half_width,
    case
        when count(*) >= {{ week_gate }} then {{ share("sum(low_plays)", "sum(runs)") }}
    end as low_low_run_length,
    cast(sum(steps) as bigint) as low_low_steps,
    {{ cluster_count("steps") }} as n_step_sessions,
    cast(sum(escapes) as bigint) as escapes,
    case
        when sum(steps) >= {{ gate }}
        then {{ share("sum(escapes) + 1", "sum(steps) + 2") }}
    end as escape_probability,
    case
        when sum(steps) >= {{ gate }} then {{ cluster_ci("escapes", "steps") }}
    end as escape_half_width,
    case
        when sum(steps) >= {{ gate }}
        then
            {{ share(
                "(sum(expected_escapes) / nullif(sum(expected_steps), 0) * sum(steps) + 1)",
                "sum(steps) + 2",
            ) }}
    end as expected_escape_probability
from sessions
group by listener_id, week_start
