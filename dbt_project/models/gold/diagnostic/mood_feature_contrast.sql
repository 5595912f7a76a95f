-- What else sets the bright tracks you play apart from the dark ones?
-- Grain: one row per listener and feature (9).
-- Caveat: positive is a valence from mood_high on, negative one below mood_low. Each
-- measured track counts once; the interval takes the artist as the unit.
with
    heard_tracks as (select * from {{ ref("heard_tracks") }}),
    track_contrasts as (select * from {{ ref("track_contrasts") }}),
    listeners as ({{ listeners_measured("heard_tracks") }}),
    compared as (
        select
            *, {{ clustered_contrast("positive", "negative", "n_artists", "spread") }}
        from listeners
        cross join {{ feature_names() }}
        left join track_contrasts using (listener_id, feature)
    ),
    tested as (select *, {{ two_sided_p_t("t_value", "df") }} as p_value from compared),
    scaled as (
        select *, {{ bh_scaled("p_value", "listener_id") }} as scaled from tested
    )

select
    listener_id,
    feature,
    {% for count in ("n_positive", "n_negative", "artists_positive", "artists_negative") %}
        coalesce({{ count }}, 0) as {{ count }},
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
