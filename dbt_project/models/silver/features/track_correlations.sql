-- How each pair of audio features goes together over the measured tracks a listener
-- played, each track once. Grain: listener_id, feature_a, feature_b (36 pairs, in the
-- order of the alphabet); listeners with a measured track. spread says how much the
-- artists differ in what they add to r, which makes its standard error.
{%- set pairs = feature_pairs() %}
with
    heard_tracks as (select * from {{ ref("heard_tracks") }} where is_measured),
    tracks as (
        select
            listener_id,
            coalesce(artist_name, track_id) as artist,
            {% for feature in continuous_features() %}
                {{ standardised(feature, "listener_id") }}
                as {{ feature }}{{ "," if not loop.last }}
            {% endfor %}
        from heard_tracks
    ),
    correlations as (
        select
            listener_id,
            {% for a, b in pairs %}
                cast(regr_count({{ a }}, {{ b }}) as bigint) as n_{{ loop.index }},
                {{ pearson(a, b) }} as r_{{ loop.index }}{{ "," if not loop.last }}
            {% endfor %}
        from tracks
        group by listener_id
    ),
    artists as (
        select
            listener_id,
            {% for a, b in pairs %}
                sum({{ a }} * {{ b }}) as product_{{ loop.index }},
                sum({{ a }} * {{ a }} + {{ b }} * {{ b }})
                / 2 as square_{{ loop.index }}{{ "," if not loop.last }}
            {% endfor %}
        from tracks
        group by listener_id, artist
    ),
    spreads as (
        select
            listener_id,
            {% for _ in pairs %}
                {% set i = loop.index %}
                count(product_{{ i }}) as artists_{{ i }},
                {{ spread_of_r("product_" ~ i, "square_" ~ i, "max(r_" ~ i ~ ")") }}
                as spread_{{ i }}{{ "," if not loop.last }}
            {% endfor %}
        from artists
        inner join correlations using (listener_id)
        group by listener_id
    )
{% for a, b in pairs %}
        {% set i = loop.index %}
    select
        listener_id,
        '{{ a }}' as feature_a,
        '{{ b }}' as feature_b,
        n_{{ i }} as n_tracks,
        artists_{{ i }} as n_artists,
        r_{{ i }} as any_r,
        spread_{{ i }} as spread
    from correlations
    inner join spreads using (listener_id) {{ "union all" if not loop.last }}
{% endfor %}
