"""What models may learn from: listening without what Spotify's Web API gave, unless somebody lets it in.

Spotify's Developer Policy (III.14) forbids to "use the Spotify Platform or any Spotify Content to train a
machine learning or AI model or otherwise ingest Spotify Content into a machine learning or AI model". What a
person was sent as a privacy export is their own data. So models read listening through the views below. Left
out are plays that only the Web API tells of, features that it gave, and what it says of a track (names,
length); the names that the person's own plays have are taken instead.
"""

from __future__ import annotations

import duckdb

from spotiflow.ml.data.features import AUDIO_FEATURES

# Each stands for a table of silver.
PLAYS, LISTENING, FEATURES, NAMES, TRACKS, HEARD = (
    "learn_plays",
    "learn_listening",
    "learn_track_features",
    "learn_track_names",
    "learn_tracks",
    "learn_heard_tracks",
)
_TABLES = {
    PLAYS: "silver.plays",
    LISTENING: "silver.listening_with_features",
    FEATURES: "silver.track_features",
    NAMES: "silver.track_metadata",
    TRACKS: "silver.tracks",
    HEARD: "silver.heard_tracks",
}
_FED = "select listener_id, track_id from silver.real_track_features where provider = 'spotify'"
# The recordings of which it says something, under whichever of their ids.
_FETCHED = """
select distinct identities.listener_id, identities.track_id
from raw.tracks as fetched join silver.track_identities as identities on fetched.track_id = identities.told_id
"""
# Seen lengths stand under the id that was played: that of most plays is the recording's.
_SEEN_LENGTHS = """
select listener_id, identities.track_id, max_by(lengths.duration_ms, (n_plays, lengths.duration_ms)) as duration_ms
from silver.track_lengths as lengths join silver.track_identities as identities using (listener_id, told_id)
group by listener_id, identities.track_id
"""
_SOUND = ", ".join(
    f"case when fed.track_id is null then told.{name} end as {name}" for name in AUDIO_FEATURES
)
_WITHOUT_SOUND = f"""
select told.* replace ({_SOUND}, told.is_measured and fed.track_id is null as is_measured)
from {{table}} as told left join ({_FED}) as fed using (listener_id, track_id)
"""
# The length is one that a scrobble told, or seen from plays that ended by themselves.
_OWN_NAMES = f"""
select
    listener_id,
    track_id,
    max_by(track_name, played_at) filter (where track_name is not null) as track_name,
    max_by(artist_name, played_at) filter (where artist_name is not null) as primary_artist,
    max_by(album_name, played_at) filter (where album_name is not null) as album_name,
    coalesce(max(plays.duration_ms), any_value(lengths.duration_ms)) as duration_ms
from {PLAYS} as plays left join ({_SEEN_LENGTHS}) as lengths using (listener_id, track_id)
where is_music and (listener_id, track_id) in ({_FETCHED})
group by listener_id, track_id
"""
_OWN = {
    PLAYS: "select * from silver.plays where source <> 'api'",
    LISTENING: _WITHOUT_SOUND.format(table="silver.listening_with_features") + " where told.source <> 'api'",
    FEATURES: _WITHOUT_SOUND.format(table="silver.track_features"),
    HEARD: _WITHOUT_SOUND.format(table="silver.heard_tracks"),
    NAMES: f"""
        select listener_id, track_id, track_name, primary_artist, album_name, duration_ms
        from silver.track_metadata where (listener_id, track_id) not in ({_FETCHED})
        union all ({_OWN_NAMES})
    """,
    # The catalogue adds what is NULL here, where it has the track.
    TRACKS: f"""
        select told.* replace (
            case when fetched.track_id is null then told.track_name else own.track_name end as track_name,
            case when fetched.track_id is null then told.primary_artist else own.primary_artist end
                as primary_artist,
            case when fetched.track_id is null then told.duration_ms else own.duration_ms end as duration_ms,
            case when fetched.track_id is null then told.explicit end as explicit
        )
        from silver.tracks as told
        left join ({_FETCHED}) as fetched using (listener_id, track_id)
        left join ({_OWN_NAMES}) as own using (listener_id, track_id)
    """,
}
# What the views without Web API content read besides their table.
_ALSO = {
    *("silver.real_track_features", "silver.track_lengths", "silver.track_identities"),
    *("silver.plays", "raw.tracks"),
}
_COUNT = f"""
select
    (select count(*) from silver.plays where source = 'api' and is_music),
    (select count(distinct track_id) from ({_FED})),
    (select count(distinct track_id) from ({_FETCHED}) where listener_id <> 'all')
"""


def open_views(db: duckdb.DuckDBPyConnection, existing: set[str], *, include_web_api: bool) -> set[str]:
    """Make the views for one connection and return the names of those whose table exists."""
    if not (include_web_api or existing.issuperset(_ALSO)):
        return set()
    found = {view: table for view, table in _TABLES.items() if table in existing}
    for view, table in found.items():
        rows = f"from {table}" if include_web_api else _OWN[view]
        db.execute(f"create or replace temp view {view} as {rows}")
    return set(found)


def web_api_content(db: duckdb.DuckDBPyConnection, existing: set[str]) -> tuple[int, int, int]:
    """Return how many plays only the Web API tells of, and of how many tracks it gave features, and names."""
    if not existing.issuperset(_ALSO):
        return 0, 0, 0
    return db.execute(_COUNT).fetchone() or (0, 0, 0)


def told(content: tuple[int, int, int], *, is_included: bool) -> str | None:
    """Say what became of the Web API's content in training, and what the policy is; None without any."""
    plays, features, names = content
    if not any(content):
        return None
    parts = {f"{plays:,} plays": plays, f"features of {features:,}": features, f"names of {names:,}": names}
    *first, last = [words for words, n in parts.items() if n]
    listed = f"{', '.join(first)} and {last}" if first else last
    what = f"{listed}{' tracks' if features or names else ''} from Spotify's Web API"
    if is_included:
        return (
            f"Learned from as well, because you asked for it: {what}. Spotify's Developer Policy (III.14) "
            "forbids developers, which you are to Spotify, to train models on it; each such model says so."
        )
    return (
        f"Not learned from: {what}, which Spotify's Developer Policy (III.14) wants kept out of models. "
        "An export of the same time takes their place."
    )
