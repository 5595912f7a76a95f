-- Which Spotify ids are one recording, and which id stands for it? Grain: told_id. Same
-- ISRC; or same artist and title, and lengths that follow each other in steps of 3 s at
-- most. A run of lengths wider than 6 s is many recordings by chance (forty Allegros)
-- and joins nothing; an unknown length joins where its name has one length only, and no
-- more ids without a length than with one.
with
    track_spellings as (
        select * from {{ ref("track_spellings") }} where is_primary and has_spotify_id
    ),
    track_lengths as (select * from {{ ref("track_lengths") }}),
    kaggle_tracks as (select * from {{ ref("kaggle_tracks") }}),
    features as (select distinct track_id from {{ ref("my_tracks_features_bronze") }}),
    told as (
        select
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
                then 0
                when kaggle_tracks.track_id is not null
                then 1
                else 2
            end as measured_rank
        from track_spellings
        left join track_lengths using (told_id)
        left join kaggle_tracks on told_id = kaggle_tracks.track_id
        left join features on told_id = features.track_id
    ),
    -- Of the ids with one ISRC, one speaks for the name and the length of all.
    leads as (
        select isrc_key, name_id, duration_ms
        from told
        where name_id is not null
        qualify
            row_number() over (
                partition by isrc_key
                order by duration_ms is null nulls last, told_id nulls last
            )
            = 1
    ),
    runs as ({{ length_runs("leads") }}),
    recordings as ({{ recordings_of_runs("runs") }}),
    keyed as (
        select
            told.*, coalesce(recordings.recording_key, told.isrc_key) as recording_key
        from told
        left join runs using (isrc_key)
        left join
            recordings
            on runs.name_id = recordings.name_id
            and runs.run = recordings.run
    ),
    chosen as (
        select
            *,
            first_value(told_id) over best_first as track_id,
            first_value(isrc_key) over best_first as chosen_isrc_key,
            min(measured_rank) over (partition by recording_key) < 2 as is_measured,
            max(duration_ms) over (partition by recording_key) as longest_ms
        from keyed
        window
            best_first as (
                partition by recording_key
                order by measured_rank nulls last, told_id nulls last
            )
    )

select
    told_id,
    track_id,
    case
        when told_id = track_id
        then 'id'
        when isrc_key = chosen_isrc_key
        then 'isrc'
        when duration_ms is not null
        then 'title_artist_duration'
        else 'title_artist'
    end as match_method,
    is_measured,
    coalesce(duration_ms, longest_ms) as duration_ms
from chosen
