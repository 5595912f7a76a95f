-- How much of your listening falls into each mood category of the music?
-- Grain: one row per listener and mood category (five); categories never played are
-- rows with 0.
-- Caveat: measured plays only; the category describes the music, not the person who
-- plays it.
with
    listening as (select * from {{ ref("listening_with_features") }}),
    listeners as (
        select
            listener_id,
            {{ measured_share() }} as measured_share,
            count(case when is_measured then mood_category end) as n_measured,
            bool_or(is_simulated) as is_simulated
        from listening
        group by listener_id
    ),
    categories as (
        select *
        from
            (
                values
                    {% for category in mood_categories() %}
                        ('{{ category }}'){{ ", " if not loop.last }}
                    {% endfor %}
            ) as categories(mood_category)
    ),
    sessions as (
        select
            listening.listener_id,
            listening.session_id,
            categories.mood_category,
            count(
                case when listening.mood_category = categories.mood_category then 1 end
            ) as plays,
            count(*) as measured_plays
        from listening
        cross join categories
        where listening.is_measured and listening.mood_category is not null
        group by listening.listener_id, listening.session_id, categories.mood_category
    ),
    shares as (
        select
            listener_id,
            mood_category,
            cast(sum(plays) as bigint) as plays,
            count(*) as n_sessions,
            {{ cluster_mean("plays", "measured_plays") }} as share,
            {{ cluster_ci("plays", "measured_plays") }} as half_width
        from sessions
        group by listener_id, mood_category
    )

select
    listeners.listener_id,
    mood_category,
    coalesce(shares.plays, 0) as plays,
    shares.share,
    {{ share_bound("shares.share", "shares.half_width", "shares.n_sessions", "low") }}
    as ci_low,
    {{ share_bound("shares.share", "shares.half_width", "shares.n_sessions", "high") }}
    as ci_high,
    coalesce(shares.n_sessions, 0) as n_sessions,
    listeners.n_measured,
    listeners.measured_share,
    {{ too_few_sessions("shares.n_sessions") }} as reason,
    listeners.is_simulated
from listeners
cross join categories
left join shares using (listener_id, mood_category)
order by listener_id nulls last, plays desc nulls last
