-- How each measured track a listener played sounds, one feature a row. Grain:
-- listener_id, track_id, feature. For what is asked of tracks, not of plays; artist
-- is the track's own id where no name is known.
with heard_tracks as (select * from {{ ref("heard_tracks") }} where is_measured)
{% for feature in continuous_features() %}
    select
        listener_id,
        track_id,
        coalesce(artist_name, track_id) as artist,
        valence,
        '{{ feature }}' as feature,
        {{ feature }} as value,
        is_simulated
    from heard_tracks
    where {{ feature }} is not null {{ "union all" if not loop.last }}
{% endfor %}
