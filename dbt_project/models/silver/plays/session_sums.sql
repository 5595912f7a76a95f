-- Per session what every statistic needs of the features: count, sum and mean over
-- measured plays. Grain: listener_id, session_id. Synthetic values are left out; a
-- session without a measured play has NULL means.
{%- set features = continuous_features() %}
with
    sessions as (select * from {{ ref("sessions") }}),
    listening_with_features as (select * from {{ ref("listening_with_features") }}),
    sums as (
        select
            listener_id,
            session_id,
            count(*) as n_measured,
            {%- for feature in features %}
                count({{ feature }}) as n_{{ feature }},
                cast(
                    sum({{ feature }}) as double
                ) as sum_{{ feature }}{{ "," if not loop.last }}
            {%- endfor %}
        from listening_with_features
        where is_measured
        group by listener_id, session_id
    )

select
    sessions.listener_id,
    sessions.session_id,
    sessions.started_at,
    sessions.local_started_at,
    sessions.local_date,
    sessions.listening_date,
    sessions.hour_of_day,
    sessions.part_of_day,
    sessions.is_weekend,
    sessions.minutes,
    sessions.n_plays,
    coalesce(sums.n_measured, 0) as n_measured,
    {{ share("coalesce(sums.n_measured, 0)", "sessions.n_plays") }} as measured_share,
    {%- for feature in features %}
        coalesce(sums.n_{{ feature }}, 0) as n_{{ feature }},
        sums.sum_{{ feature }},
        sums.sum_{{ feature }} / nullif(sums.n_{{ feature }}, 0) as avg_{{ feature }},
    {%- endfor %}
    sessions.is_simulated
from sessions
left join
    sums
    on sessions.listener_id = sums.listener_id
    and sessions.session_id = sums.session_id
