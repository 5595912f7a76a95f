-- Which audio features go together in the tracks you play, compared with the catalogue?
-- Grain: one row per listener and pair of features (36), in the order of the alphabet.
-- Caveat: each measured track once, however often it was played; the interval takes
-- the artist as the unit, because tracks of one artist are alike.
with
    heard_tracks as (select * from {{ ref("heard_tracks") }}),
    track_correlations as (select * from {{ ref("track_correlations") }}),
    kaggle_tracks as (select * from {{ ref("kaggle_tracks") }}),
    listeners as ({{ listeners_measured("heard_tracks") }}),
    all_tracks as (
        select
            {% for a, b in feature_pairs() %}
                {{ pearson(a, b) }} as r_{{ loop.index }}{{ "," if not loop.last }}
            {% endfor %}
        from kaggle_tracks
    ),
    catalogue as (
        {% for a, b in feature_pairs() %}
            select
                '{{ a }}' as feature_a,
                '{{ b }}' as feature_b,
                r_{{ loop.index }} as catalogue_r
            from all_tracks {{ "union all" if not loop.last }}
        {% endfor %}
    ),
    compared as (
        select *, {{ clustered_correlation("n_tracks", "n_artists", "spread") }}
        from listeners
        cross join catalogue
        left join track_correlations using (listener_id, feature_a, feature_b)
    ),
    tested as (select *, {{ two_sided_p_t("t_value", "df") }} as p_value from compared),
    scaled as (
        select *, {{ bh_scaled("p_value", "listener_id") }} as scaled from tested
    )

select
    listener_id,
    feature_a,
    feature_b,
    coalesce(n_tracks, 0) as n_tracks,
    coalesce(n_artists, 0) as n_artists,
    n_effective,
    r,
    {{ fisher_bound("r", "n_effective", "low") }} as ci_low,
    {{ fisher_bound("r", "n_effective", "high") }} as ci_high,
    p_value,
    {{ bh_q("scaled", "p_value", "listener_id") }} as q_value,
    {{ strength("r") }} as strength,
    catalogue_r,
    measured_share,
    {{ too_few_to_correlate("n_tracks", "n_artists", "r") }} as reason,
    is_simulated
from scaled
order by listener_id nulls last, feature_a nulls last, feature_b nulls last
