-- Which Spotify ids are one recording, and which id stands for it? Grain: listener_id,
-- told_id. Same ISRC; or same artist and title, and lengths that follow each other in
-- steps of 3 s at
-- most. A run of lengths wider than 6 s is many recordings by chance (forty Allegros)
-- and joins nothing; an unknown length joins where its name has one length only, and no
-- more ids without a length than with one. Of the ids with one ISRC, the first of known
-- length speaks for all; the least preference stands for the recording.
with
    track_spellings as (
        select * from {{ ref("track_spellings") }} where is_primary and has_spotify_id
    ),
    track_lengths as (select * from {{ ref("track_lengths") }}),
    kaggle_tracks as (select * from {{ ref("kaggle_tracks") }}),
    features as (select distinct track_id from {{ ref("my_tracks_features_bronze") }}),
    told as (
        select
            track_spellings.listener_id,
            told_id,
            case when is_named then track_spellings.name_id end as name_id,
            coalesce(isrc, told_id) as isrc_key,
            coalesce(
                track_spellings.duration_ms,
                kaggle_tracks.duration_ms,
                track_lengths.duration_ms
            ) as duration_ms,
            case
                when features.track_id is not null
                then '0'
                when kaggle_tracks.track_id is not null
                then '1'
                else '2'
            end
            || told_id as preference
        from track_spellings
        left join track_lengths using (listener_id, told_id)
        left join kaggle_tracks on told_id = kaggle_tracks.track_id
        left join features on told_id = features.track_id
    ),
    leads as ({{ leads_of_isrcs("told") }}),
    runs as ({{ length_runs("leads") }}),
    joint as ({{ recordings_of_runs("runs") }}),
    keyed as (
        select
            leads.listener_id,
            leads.isrc_key,
            coalesce(joint.recording_key, leads.isrc_key) as recording_key,
            leads.preference,
            leads.longest_ms
        from leads
        left join runs using (listener_id, isrc_key)
        left join
            joint
            on runs.listener_id = joint.listener_id
            and runs.name_id = joint.name_id
            and runs.run = joint.run
    ),
    recordings as (
        select
            listener_id,
            recording_key,
            min(preference) as preference,
            max(longest_ms) as longest_ms
        from keyed
        group by listener_id, recording_key
    )

select
    listener_id,
    told.told_id,
    substr(recordings.preference, 2) as track_id,
    case
        when told.preference = recordings.preference
        then 'id'
        when keyed.preference = recordings.preference
        then 'isrc'
        when told.duration_ms is not null
        then 'title_artist_duration'
        else 'title_artist'
    end as match_method,
    recordings.preference < '2' as is_measured,
    coalesce(told.duration_ms, recordings.longest_ms) as duration_ms
from told
inner join keyed using (listener_id, isrc_key)
inner join recordings using (listener_id, recording_key)
