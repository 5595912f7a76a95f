-- How does your listening change from day to day?
-- Grain: one row per listener and local calendar date from the first play to the
-- last, days without plays too.
-- Caveat: a day in a silence that is not believed is empty, and so are means across it;
-- history_completeness tells what else is known of a day. Averages are over measured
-- plays, but for those _with_synthetic.
{% set features = ["valence", "energy", "tempo"] %}
with
    daily as (select * from {{ ref("daily_listening") }}),
    silences as (select * from {{ ref("history_silences") }}),
    spans as (
        select
            listener_id,
            min(local_date) as first_date,
            max(local_date) as last_date,
            bool_or(is_simulated) as is_simulated
        from daily
        group by listener_id
    ),
    moments as (
        select *, {{ date_series("first_date", "last_date") }} as moment from spans
    ),
    days as (
        select listener_id, cast(moment as date) as local_date, is_simulated
        from moments
    ),
    -- Nothing was played on a day without plays, unless its silence is not believed.
    filled as (
        select
            days.listener_id,
            days.local_date,
            days.is_simulated,
            case when silences.from_date is null then 0 end as if_silent,
            coalesce(daily.plays, if_silent) as total_plays,
            case
                when daily.plays is null then if_silent else daily.minutes
            end as minutes,
            {{ share("daily.n_timed", "daily.plays") }} as ms_played_share,
            coalesce(daily.n_tracks, if_silent) as distinct_tracks,
            coalesce(daily.n_artists, if_silent) as distinct_artists,
            coalesce(daily.n_new_tracks, if_silent) as new_tracks,
            {{ feature_average_columns("daily", features) }}
            daily.measured_share,
            case
                when {{ iso_day_of_week("days.local_date") }} >= 6
                then coalesce(daily.plays, if_silent)
                else if_silent
            end as weekend_plays
        from days
        left join daily using (listener_id, local_date)
        left join
            silences
            on days.listener_id = silences.listener_id
            and days.local_date between silences.from_date and silences.to_date
    )

select
    listener_id,
    local_date as date,
    {% for column in ("total_plays", "minutes", "ms_played_share", "distinct_tracks", "distinct_artists", "new_tracks") %}
        {{ column }},
    {% endfor %}
    minutes > 24 * 60 as is_over_24_hours,
    {{ feature_average_columns("filled", features) }}
    measured_share,
    weekend_plays,
    {% for days in [7, 28] %}
        {%- for measure in ["total_plays", "minutes"] %}
            case
                when count({{ measure }}) over last_{{ days }} = {{ days }}
                then avg({{ measure }}) over last_{{ days }}
            end as {{ measure }}_mean_{{ days }}d,
        {%- endfor %}
    {%- endfor %}
    is_simulated
from filled
window
    {% for days in [7, 28] %}
        last_{{ days }} as (
            partition by listener_id
            order by
                local_date nulls last
                rows between {{ days - 1 }} preceding and current row
        ){{ "," if not loop.last }}
    {% endfor %}
order by listener_id nulls last, date nulls last
