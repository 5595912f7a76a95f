"""How a play is known: the one definition of `play_id`, for every source of raw.listening_history."""

from __future__ import annotations

PLAY_ID_SQL = """
    md5(
        coalesce(listener_id, '') || chr(31)
        || coalesce((epoch_us(coalesce(ended_at, played_at)) // 1000000)::varchar, '') || chr(31)
        || coalesce(content_uri, coalesce(artist_name, '') || chr(31) || coalesce(track_name, '')) || chr(31)
        || coalesce(ms_played::varchar, '')
    )::uuid
"""
"""Identity of a play as UUID: listener, second in which it ended (UTC), content uri or else artist and title,
and ms_played. Files, platforms and flags are not in it: they change from one export of a play to the next.
"""
