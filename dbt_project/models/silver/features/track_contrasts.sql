-- How the bright tracks a listener played differ from the dark ones, feature by
-- feature,
-- each measured track once. Grain: listener_id, feature (9); listeners with a bright or
-- dark measured track. spread says how much the artists differ in what they add to the
-- difference of the means, which makes its standard error.
{%- set features = continuous_features() %}
{%- set sides = ("positive", "negative") %}
with
    heard_tracks as (select * from {{ ref("heard_tracks") }}),
    tracks as (
        select
            *,
            coalesce(artist_name, track_id) as artist,
            valence >= {{ var("mood_high") }} as is_positive
        from heard_tracks
        where
            is_measured
            and (valence >= {{ var("mood_high") }} or valence < {{ var("mood_low") }})
    ),
    moments as (
        select
            {% for feature in features %}
                {{ group_moments(feature, "is_positive", *sides, prefix=feature ~ "_") }}
            {% endfor %}
            listener_id
        from tracks
        group by listener_id
    ),
    artists as (
        select
            {% for feature in features %}
                {{ cluster_share_of_difference(feature, "is_positive", *sides, prefix=feature ~ "_") }}
                as {{ feature }}_share,
                bool_or(
                    is_positive and {{ feature }} is not null
                ) as {{ feature }}_positive,
                bool_or(
                    not is_positive and {{ feature }} is not null
                ) as {{ feature }}_negative,
            {% endfor %}
            listener_id
        from tracks
        inner join moments using (listener_id)
        group by listener_id, artist
    ),
    spreads as (
        select
            {% for feature in features %}
                count({{ feature }}_share) as {{ feature }}_artists,
                sum({{ feature }}_share * {{ feature }}_share) as {{ feature }}_spread,
                {% for side in sides %}
                    count(
                        case when {{ feature }}_{{ side }} then 1 end
                    ) as {{ feature }}_artists_{{ side }},
                {% endfor %}
            {% endfor %}
            listener_id
        from artists
        group by listener_id
    )
{% for feature in features %}
    select
        listener_id,
        '{{ feature }}' as feature,
        {% for side in sides %}
            {% for measure in ("n", "mean", "std_dev", "artists") %}
                {{ feature }}_{{ measure }}_{{ side }} as {{ measure }}_{{ side }},
            {% endfor %}
        {% endfor %}
        {{ feature }}_artists as n_artists,
        {{ feature }}_spread as spread
    from moments
    inner join spreads using (listener_id) {{ "union all" if not loop.last }}
{% endfor %}
