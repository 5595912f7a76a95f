-- Every later layer branches on these words; times that run backwards or music without
-- track or session would fall out of it silently.
select play_id, source, content_type, started_at, ended_at, track_id, session_id
from {{ ref("plays") }}
where
    {{ source_rank("source") }} = 99
    or content_type
    not in ('track', 'local', 'unknown', 'video', 'episode', 'audiobook')
    or ended_at_precision not in ('second', 'minute')
    or listener_id is null
    or played_at is null
    or started_at is null
    or ended_at is null
    or is_music is null
    or is_play is null
    or is_simulated is null
    or (is_music and track_id is null and track_name is not null)
    or (is_music and session_id is null)
    or (not is_music and session_id is not null)
    or ms_played < 0
