-- How does the sound of your music change from month to month, and how sure is that?
-- Grain: one row per listener and month (month_start) with plays.
-- Caveat: measured plays only; the interval takes the session as the unit. A session
-- belongs to the month in which it began, local time.
{%- set features = ("valence", "energy") %}
with
    session_sums as (select * from {{ ref("session_sums") }}),
    months as (
        select
            listener_id,
            cast(date_trunc('month', local_date) as date) as month_start,
            cast(sum(n_plays) as bigint) as plays,
            cast(sum(n_measured) as bigint) as n_measured,
            least(
                {{ cluster_count("n_valence") }}, {{ cluster_count("n_energy") }}
            ) as n_sessions,
            {%- for feature in features %}
                {{ cluster_mean("sum_" ~ feature, "n_" ~ feature) }} as {{ feature }},
                {{ cluster_ci("sum_" ~ feature, "n_" ~ feature) }}
                as {{ feature }}_half_width,
            {%- endfor %}
            {{ share("sum(n_measured)", "sum(n_plays)") }} as measured_share,
            bool_or(is_simulated) as is_simulated
        from session_sums
        group by listener_id, cast(date_trunc('month', local_date) as date)
    )

select
    listener_id,
    month_start,
    plays,
    n_measured,
    n_sessions,
    {%- for feature in features %}
        case
            when n_sessions >= {{ var("gate_interval_sessions") }} then {{ feature }}
        end as avg_{{ feature }},
        {{ feature }} - {{ feature }}_half_width as {{ feature }}_ci_low,
        {{ feature }} + {{ feature }}_half_width as {{ feature }}_ci_high,
    {%- endfor %}
    measured_share,
    {{ too_few_sessions("n_sessions", "valence_half_width") }} as reason,
    is_simulated
from months
order by listener_id nulls last, month_start nulls last
