"""A playlist or path made now, for what is not stored: other zones, other lengths."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spotiflow.core.errors import InputError, NotFoundError, UsageError
from spotiflow.core.settings import Settings
from spotiflow.ml.engine.sources import read
from spotiflow.ml.recommend import paths, playlists
from spotiflow.ml.recommend.inputs import (
    CANDIDATES,
    HEARD,
    PLAYED,
    STREAMED,
)
from spotiflow.ml.recommend.library import library
from spotiflow.ml.recommend.listener_context import ListenerContext
from spotiflow.ml.recommend.lists import by_sound_rows, path_rows
from spotiflow.ml.recommend.places import (
    NOW,
    current,
    default_target,
    zone_index,
    zone_place,
)


def plan(
    settings: Settings,
    listener: str,
    name: str,
    n: int,
    *,
    start: str = NOW,
    target: str | None = None,
) -> pd.DataFrame:
    """Return the rows of a playlist (the columns of ml.playlists, and what the tracks are called).

    name: one of AIMS or of paths.PACES. start, target: zones of a path, by name; NOW is where the listening
    is. Raises UsageError for an unknown zone or a path that leads nowhere, NotFoundError where too little is
    measured.
    """
    for zone in (start, target):
        if zone is not None and zone != NOW:
            zone_index(zone)
    if target is not None and start != NOW and zone_index(start) == zone_index(target):
        raise UsageError(f"A path from {start} to {target} leads nowhere.", hint="Name two different zones.")
    context = _context(settings, listener)
    if not playlists.enough(context.pool):
        n_measured = int((~context.pool.is_new).sum())
        raise NotFoundError(
            f"Of the tracks that {listener} played, {n_measured} are measured; a playlist by sound takes "
            f"{playlists.LEAST_TRACKS}.",
            hint=f"{_more_measured(context)}; plain lists work: spotiflow recommend",
        )
    if name in paths.PACES:
        begin = current(context) if start == NOW else zone_place(context.pool, start)
        end = default_target(context.pool, begin) if target is None else zone_place(context.pool, target)
        rows = path_rows(context, name, begin, end, n)
    else:
        aim = next(aim for aim in playlists.AIMS if aim.name == name)
        rows = by_sound_rows(context, playlists.playlist(context.pool, aim, n))
    return _named(context, rows)


def _context(settings: Settings, listener: str) -> ListenerContext:
    _, rows = read(settings, (), lambda _: (HEARD, PLAYED, STREAMED, CANDIDATES))
    frames = (found if found is not None else pd.DataFrame() for found in rows.values())
    known = library(*frames)
    for history in known.histories():
        if history.listener_id == listener:
            return ListenerContext.of(history, known)
    raise InputError(f"{listener} has no plays yet.", hint="Bring a history in: spotiflow ingest export PATH")


def _more_measured(context: ListenerContext) -> str:
    """Say what gives more of the listener's tracks a measured sound."""
    if context.candidates is None:
        return "Load the catalogue: spotiflow ingest kaggle PATH"
    return "The catalogue has no more of them: bring measured features in, spotiflow ingest features"


def path_text(rows: pd.DataFrame) -> str:
    """Say how near a planned path keeps to its line, and how much of it leads forward."""
    found = paths.Path(
        rows["position"].to_numpy(dtype=np.int64),
        rows[["target_valence", "target_energy"]].to_numpy(dtype=np.float64),
        rows[["valence", "energy"]].to_numpy(dtype=np.float64),
    )
    forward = round(100 * found.monotone)
    return f"path: {found.rmse:.2f} from its line (RMSE), {forward} % of its steps lead forward"


def _named(context: ListenerContext, rows: pd.DataFrame) -> pd.DataFrame:
    """Add titles, artists, genres and Spotify's ids."""
    own = context.history.tracks
    has_id = ~own["track_id"].str.startswith("name:")
    own = own.assign(spotify_track_id=own["track_id"].where(has_id, own["kaggle_track_id"]))
    columns = [
        "track_id",
        "spotify_track_id",
        "track_name",
        "artist_name",
        "track_genre",
        "valence",
        "energy",
    ]
    known = own[columns]
    if context.candidates is not None:
        new = context.candidates.tracks.assign(spotify_track_id=context.candidates.tracks["track_id"])[
            columns
        ]
        known = pd.concat([known, new], ignore_index=True)
    return rows.merge(known.drop_duplicates("track_id"), on="track_id", how="left")
