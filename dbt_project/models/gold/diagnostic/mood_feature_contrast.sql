-- What else sets the bright tracks you play apart from the dark ones?
-- Grain: one row per listener and feature (9).
-- Caveat: positive is a valence from mood_high on, negative one below mood_low. Each
-- measured track counts once; the interval takes the artist as the unit.
{% set sides = ("positive", "negative") %}
with
    heard_tracks as (select * from {{ ref("heard_tracks") }}),
    measured_track_values as (select * from {{ ref("measured_track_values") }}),
    listeners as ({{ listeners_measured("heard_tracks") }}),
    tracks as (
        select *, valence >= {{ var("mood_high") }} as is_positive
        from measured_track_values
        where valence >= {{ var("mood_high") }} or valence < {{ var("mood_low") }}
    ),
    moments as (
        select
            listener_id,
            feature,
            {{ group_moments("value", "is_positive", *sides) }}
            count(distinct case when is_positive then artist end) as artists_positive,
            count(
                distinct case when not is_positive then artist end
            ) as artists_negative
        from tracks
        group by listener_id, feature
    ),
    artists as (
        select
            listener_id,
            feature,
            {{ cluster_share_of_difference("value", "is_positive", *sides) }} as share
        from tracks
        inner join moments using (listener_id, feature)
        group by listener_id, feature, artist
    ),
    spreads as (
        select listener_id, feature, count(*) as n_artists, sum(share * share) as spread
        from artists
        group by listener_id, feature
    ),
    contrasts as (
        select
            *, {{ clustered_contrast("positive", "negative", "n_artists", "spread") }}
        from listeners
        cross join {{ feature_names() }}
        left join moments using (listener_id, feature)
        left join spreads using (listener_id, feature)
    ),
    tested as (
        select *, {{ two_sided_p_t("t_value", "df") }} as p_value from contrasts
    ),
    scaled as (
        select *, {{ bh_scaled("p_value", "listener_id") }} as scaled from tested
    )

select
    listener_id,
    feature,
    {% for count in ("n", "artists") %}
        coalesce({{ count }}_positive, 0) as {{ count }}_positive,
        coalesce({{ count }}_negative, 0) as {{ count }}_negative,
    {% endfor %}
    mean_positive,
    mean_negative,
    difference,
    ci_low,
    ci_high,
    hedges_g,
    g_ci_low,
    g_ci_high,
    p_value,
    {{ bh_q("scaled", "p_value", "listener_id") }} as q_value,
    measured_share,
    reason,
    is_simulated
from scaled
order by listener_id nulls last, feature nulls last
