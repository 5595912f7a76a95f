"""`recommend`: bring the lists up to date, read them or plan what is not stored, and hand them to Spotify."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from spotiflow.core.errors import (
    InputError,
    LoginNeededError,
    NotFoundError,
    UsageError,
)
from spotiflow.core.settings import Settings
from spotiflow.pipeline.stage_runs import train_models
from spotiflow.report.recommendations import Recommendations, Row, read_recommendations

if TYPE_CHECKING:
    import pandas as pd

Ask = Callable[[str], bool]
Say = Callable[[str], None]

PLAYLISTS = ("focus", "energy", "calm", "lift", "path")
DEFAULT_ROWS, MOST_ROWS = 20, 100
PATH_STEPS, LEAST_PATH_STEPS = 10, 3


@dataclass(frozen=True)
class Wish:
    """What is asked for. n: tracks, None for the usual number. start, target: zones of a path, by name."""

    listener: str | None = None
    playlist: str | None = None
    start: str | None = None
    target: str | None = None
    is_fast: bool = False
    n: int | None = None

    @property
    def name(self) -> str | None:
        """The name the playlist has in the tables."""
        return "path_fast" if self.playlist == "path" and self.is_fast else self.playlist

    @property
    def rows(self) -> int:
        """How many tracks of each list, or of the playlist."""
        return self.n or (PATH_STEPS if self.playlist == "path" else DEFAULT_ROWS)

    @property
    def is_stored(self) -> bool:
        """Whether the tables hold it."""
        if self.playlist is None:
            return True
        return self.playlist != "path" and self.rows <= DEFAULT_ROWS

    def check(self) -> None:
        """Raise UsageError for what makes no sense, before anything is read."""
        if self.playlist is not None and self.playlist not in PLAYLISTS:
            raise UsageError(
                f"There is no playlist '{self.playlist}'.", hint=f"Playlists: {', '.join(PLAYLISTS)}."
            )
        if self.playlist != "path" and (self.start or self.target or self.is_fast):
            raise UsageError(
                "--from, --to and --fast belong to a path.", hint="Add --playlist path, or leave them out."
            )
        if self.playlist == "path" and self.rows < LEAST_PATH_STEPS:
            raise UsageError(
                f"A path of {self.rows} tracks leads nowhere.", hint=f"Give -n {LEAST_PATH_STEPS} or more."
            )


def recommend(settings: Settings, wish: Wish) -> Recommendations:
    """Return what a listener asked for; lists whose history changed are made again first.

    Raises UsageError for a wish that makes no sense; NotFoundError without a warehouse, before the first
    build, for an unknown listener or where too little is measured; InputError for a listener without plays.
    """
    wish.check()
    _bring_up_to_date(settings, wish.listener)
    found = read_recommendations(settings, wish.listener, playlist=wish.name, n=_of_each(wish))
    if not found.rows and wish.playlist is None:
        raise InputError(
            f"{found.listener_id} has no plays yet, so there is nothing to recommend.",
            hint="Bring a history in: spotiflow ingest export PATH, then spotiflow build.",
        )
    if wish.is_stored and found.rows:
        return found
    return _planned(settings, wish, found)


def _of_each(wish: Wish) -> int:
    """A plain list is half again, half new; an odd one has one more of the known."""
    return wish.rows if wish.playlist else -(-wish.rows // 2)


def _bring_up_to_date(settings: Settings, listener: str | None) -> None:
    read_recommendations(settings, listener, playlist=None, n=0)  # Says first what is missing.
    try:
        train_models(settings, models=["relisten"])
    except NotFoundError:
        return  # No catalogue and no plays: what is missing is said of the lists themselves.


def _planned(settings: Settings, wish: Wish, found: Recommendations) -> Recommendations:
    from spotiflow.ml.recommend.places import NOW
    from spotiflow.ml.recommend.plan import path_text, plan

    name = str(wish.name)
    rows = plan(settings, found.listener_id, name, wish.rows, start=wish.start or NOW, target=wish.target)
    notes = [path_text(rows)] if wish.playlist == "path" else []
    if len(rows) < wish.rows:
        notes.append(f"{len(rows)} tracks fit; {wish.rows} were asked for.")
    return replace(found, rows=_rows(rows), notes=notes)


@dataclass(frozen=True)
class Sent:
    """What became of a playlist. name: None where nobody wanted it after all. left_out: names of tracks."""

    name: str | None
    url: str | None
    n_tracks: int
    left_out: list[str]

    @property
    def text(self) -> str:
        """What happened, for a person."""
        if self.name is None:
            return "Nothing was made."
        where = self.url or "in your library"
        lines = [f"Made the private playlist '{self.name}' with {self.n_tracks} tracks: {where}"]
        if self.left_out:
            lines.append(f"Left out, as nobody tells their Spotify id: {'; '.join(self.left_out)}")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Return what happened as `--json` prints it."""
        return asdict(self)


def send_to_spotify(
    settings: Settings, wish: Wish, found: Recommendations, ask: Ask | None, say: Say
) -> Sent:
    """Make a private playlist of what was found, after asking; `ask` of None asks nothing.

    A login without the right to make playlists is renewed where a person sits at the terminal.
    Raises InputError where there is nothing to send, LoginNeededError, ApiError and WaitError.
    """
    from spotiflow.ingest.spotify.playlists import make_playlist

    known = [row.spotify_track_id for row in found.rows if row.spotify_track_id]
    left_out = [f"{row.track_name} ({row.artist_name})" for row in found.rows if not row.spotify_track_id]
    if found.is_simulated:
        raise InputError(
            f"{found.listener_id} is simulated: these tracks do not exist on Spotify.",
            hint="Name a listener who is a person: --listener NAME",
        )
    if not known:
        raise InputError(
            f"Of none of the {len(found.rows)} tracks the Spotify id is known, so there is nothing to send.",
            hint="An extended export has the ids; the catalogue adds some: spotiflow ingest kaggle PATH",
        )
    _ensure_right(settings, found.listener_id, ask, say)
    name = _playlist_name(wish)
    for track in left_out:
        say(f"Without a Spotify id, left out: {track}")
    if ask and not ask(
        f"Make the private playlist '{name}' with {len(known)} tracks in your Spotify account?"
    ):
        return Sent(None, None, 0, left_out)
    made = make_playlist(settings, found.listener_id, name, known)
    return Sent(name, made.url, len(known), left_out)


def _ensure_right(settings: Settings, listener: str, ask: Ask | None, say: Say) -> None:
    from spotiflow.ingest.spotify.auth import Way, log_in
    from spotiflow.ingest.spotify.oauth import PLAYLIST_SCOPE
    from spotiflow.ingest.spotify.playlists import check_right

    try:
        check_right(settings, listener)
    except LoginNeededError as error:
        if not sys.stdin.isatty():
            raise
        say(f"{error.message} Spotify will ask you for the permission {PLAYLIST_SCOPE}.")
        if ask and not ask("Log in now and allow it?"):
            raise
        log_in(settings, listener_id=listener, way=Way(playlists=True), say=say)
        check_right(settings, listener)


def _playlist_name(wish: Wish) -> str:
    if wish.playlist is None:
        return "spotiflow: again and new"
    if wish.playlist == "path" and wish.target:
        return f"spotiflow: from {wish.start or 'now'} to {wish.target}"
    return f"spotiflow: {wish.playlist}"


def _rows(planned: pd.DataFrame) -> list[Row]:
    return [
        Row(
            rank=int(row["position"]),
            kind="new" if row["is_new"] else "again",
            track_id=str(row["track_id"]),
            spotify_track_id=_text(row["spotify_track_id"]),
            track_name=_text(row["track_name"]) or "",
            artist_name=_text(row["artist_name"]) or "",
            track_genre=_text(row["track_genre"]),
            why=str(row["why"]),
        )
        for row in planned.to_dict("records")
    ]


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
