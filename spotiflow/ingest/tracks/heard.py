"""What was heard, by Spotify id (the source's own, or the one a search found for the names) and recording."""

from __future__ import annotations

HEARD = """
found_by_search as (
    select artist_name, track_name, arg_max(track_id, searched_at) as track_id
    from raw.track_searches
    where track_id is not null
    group by artist_name, track_name
),
heard as (
    select
        history.listener_id,
        history.content_type,
        history.isrc,
        coalesce(history.track_id, found.track_id) as track_id,
        coalesce(recordings.track_id, history.track_id, found.track_id) as recording_id
    from raw.listening_history as history
    left join found_by_search as found
        on history.track_id is null and history.content_type = 'track'
        and history.artist_name = found.artist_name and history.track_name = found.track_name
    left join recordings on coalesce(history.track_id, found.track_id) = recordings.told_id
)
"""
"""CTEs that end in `heard`: a row for each of raw.listening_history, both ids NULL where they are unknown.

They need the view of `ingest.recordings.open_recordings`.
"""
