-- Which audio features go together in the tracks you play, compared with the catalogue?
-- Grain: one row per listener and pair of features (36), in the order of the alphabet.
-- Caveat: each measured track once, however often it was played; the interval takes
-- the artist as the unit, because tracks of one artist are alike.
{% set keys = "listener_id, feature_a, feature_b" %}
with
    heard_tracks as (select * from {{ ref("heard_tracks") }}),
    measured_track_values as (select * from {{ ref("measured_track_values") }}),
    kaggle_tracks as (select * from {{ ref("kaggle_tracks") }}),
    listeners as ({{ listeners_measured("heard_tracks") }}),
    catalogue_correlations as (
        select
            {% for a, b in feature_pairs() %}
                {{ pearson(a, b) }} as {{ a }}_{{ b }}{{ "," if not loop.last }}
            {% endfor %}
        from kaggle_tracks
    ),
    catalogue as (
        {% for a, b in feature_pairs() %}
            select
                '{{ a }}' as feature_a,
                '{{ b }}' as feature_b,
                {{ a }}_{{ b }} as catalogue_r
            from catalogue_correlations {{ "union all" if not loop.last }}
        {% endfor %}
    ),
    tracks as (
        select
            measured_track_values.listener_id,
            measured_track_values.artist,
            measured_track_values.feature as feature_a,
            others.feature as feature_b,
            measured_track_values.value as x,
            others.value as y
        from measured_track_values
        inner join measured_track_values as others using (listener_id, track_id)
        where measured_track_values.feature < others.feature
    ),
    correlations as (
        select {{ keys }}, count(*) as n_tracks, {{ pearson_with_moments("x", "y") }}
        from tracks
        group by {{ keys }}
    ),
    artists as (
        select {{ keys }}, {{ cluster_share_of_r("x", "y") }} as share
        from tracks
        inner join correlations using ({{ keys }})
        group by {{ keys }}, artist
    ),
    spreads as (
        select {{ keys }}, count(*) as n_artists, sum(share * share) as spread
        from artists
        group by {{ keys }}
    ),
    gated as (
        select *, {{ clustered_correlation("n_tracks", "n_artists", "spread") }}
        from listeners
        cross join catalogue
        left join correlations using ({{ keys }})
        left join spreads using ({{ keys }})
    ),
    tested as (select *, {{ two_sided_p_t("t_value", "df") }} as p_value from gated),
    scaled as (
        select *, {{ bh_scaled("p_value", "listener_id") }} as scaled from tested
    )

select
    {{ keys }},
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
