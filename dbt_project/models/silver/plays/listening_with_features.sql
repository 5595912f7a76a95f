-- What was listened to, when in local time, and how it sounds. Grain: play_id; music
-- plays only. local_date is the calendar day of the start, listening_date the day that
-- ends at 04:00. A listener without a time zone is shown in UTC, and time_zone is
-- NULL.
with
    plays as (select * from {{ ref("plays") }}),
    tracks as (select * from {{ ref("tracks") }}),
    track_features as (select * from {{ ref("track_features") }}),
    time_zone_intervals as (select * from {{ ref("time_zone_intervals") }}),
    music as (
        select
            plays.*,
            time_zone_intervals.time_zone,
            {{ utc_to_local("plays.started_at", "coalesce(time_zone_intervals.time_zone, 'UTC')") }}
            as local_started_at
        from plays
        left join
            time_zone_intervals
            on plays.listener_id = time_zone_intervals.listener_id
            and plays.started_at >= time_zone_intervals.valid_from
            and plays.started_at < time_zone_intervals.valid_to
        where plays.is_music and plays.is_play
    ),
    local_times as (
        select
            *,
            cast(extract(hour from local_started_at) as integer) as hour_of_day,
            {{ iso_day_of_week("local_started_at") }} as day_of_week
        from music
    )

select
    local_times.listener_id,
    local_times.play_id,
    local_times.session_id,
    local_times.track_id,
    coalesce(tracks.track_name, local_times.track_name) as track_name,
    coalesce(tracks.primary_artist, local_times.artist_name) as artist_name,
    coalesce(local_times.album_name, tracks.album_name) as album_name,
    local_times.album_name as told_album_name,
    tracks.track_genre,
    local_times.source,
    local_times.played_at,
    local_times.started_at,
    local_times.local_started_at,
    cast(local_times.local_started_at as date) as local_date,
    {{ listening_date("local_times.local_started_at") }} as listening_date,
    local_times.hour_of_day,
    local_times.day_of_week,
    {{ day_name("local_times.day_of_week") }} as day_name,
    local_times.day_of_week >= 6 as is_weekend,
    {{ part_of_day("local_times.hour_of_day") }} as part_of_day,
    local_times.ms_counted as ms_played,
    local_times.ms_counted / cast(60000 as double) as minutes,
    {%- for feature in audio_features() %} track_features.{{ feature }}, {%- endfor %}
    {{ mood_category("track_features.valence", "track_features.energy") }}
    as mood_category,
    {{ mood_quadrant("track_features.valence", "track_features.energy") }}
    as mood_quadrant,
    {{ mood_angle("track_features.valence", "track_features.energy") }} as mood_angle,
    {{ mood_intensity("track_features.valence", "track_features.energy") }}
    as mood_intensity,
    coalesce(track_features.feature_source, 'unknown') as feature_source,
    coalesce(track_features.match_method, 'none') as match_method,
    coalesce(track_features.is_measured, false) as is_measured,
    coalesce(track_features.has_mixed_sources, false) as has_mixed_sources,
    local_times.time_zone,
    local_times.is_simulated
from local_times
left join
    tracks
    on local_times.listener_id = tracks.listener_id
    and local_times.track_id = tracks.track_id
left join
    track_features
    on local_times.listener_id = track_features.listener_id
    and local_times.track_id = track_features.track_id
