"""The listener's library: saved tracks, what Spotify calls their top items, and their own playlists."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from spotiflow.core.console import log, progress
from spotiflow.core.errors import ApiError, LoginNeededError
from spotiflow.core.settings import Settings
from spotiflow.core.transactions import transaction
from spotiflow.ingest.listeners import require_listener
from spotiflow.ingest.spotify.client import PAGE, SpotifyApi
from spotiflow.ingest.spotify.ledger import Ledger, store_news
from spotiflow.ingest.spotify.token_store import LOGIN_HINT, for_listener
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.run_log import utc_now

KINDS = ("tracks", "artists")
TIME_RANGES = ("short_term", "medium_term", "long_term")
NEEDED_SCOPES = ("user-library-read", "user-top-read", "playlist-read-private")
# Lists end; an answer that says otherwise for ever must not keep us for ever.
MOST_PAGES = 400

Row = tuple[Any, ...]


@dataclass(frozen=True)
class LibraryReceipt:
    """How much of the library was stored."""

    saved_tracks: int
    top_items: int
    playlists: int
    playlist_items: int
    not_readable: int


def fetch_library(settings: Settings, api: SpotifyApi, ledger: Ledger, listener_id: str) -> LibraryReceipt:
    """Fetch the library list by list; each replaces the stored one once it is complete.

    Raises LoginNeededError where a permission was not granted, and as the API; complete lists stay stored.
    """
    lacking = sorted(set(NEEDED_SCOPES) - set(api.login.scopes))
    if lacking:
        raise LoginNeededError(
            f"The login does not include the right to read the library ({', '.join(lacking)}).",
            hint=for_listener(LOGIN_HINT, listener_id),
        )
    keeper = _Keeper(settings, ledger, listener_id)
    with progress("Reading your library") as advance:
        saved = keeper.replace("saved_tracks", _saved_tracks(api, advance))
        top = sum(_store_top(keeper, api, kind, span, advance) for kind in KINDS for span in TIME_RANGES)
        own = _own_playlists(api, advance)
        items, not_readable = _playlist_items(api, own, advance)
        playlists = keeper.replace("playlists", [(p["id"], p.get("name"), _total(p)) for p in own])
        n_items = keeper.replace("playlist_items", items)
    return LibraryReceipt(saved, top, playlists, n_items, not_readable)


@dataclass(frozen=True)
class _Keeper:
    settings: Settings
    ledger: Ledger
    listener_id: str

    def replace(self, table: str, rows: list[Row], where: str = "true") -> int:
        """Replace the listener's rows of a table; a row stands between listener and time of fetching."""
        now = utc_now()
        with open_warehouse(self.settings) as db, transaction(db):
            require_listener(db, self.listener_id)
            store_news(db, self.ledger.take_news())
            db.execute(f"delete from raw.{table} where listener_id = ? and {where}", [self.listener_id])
            _insert(db, table, [(self.listener_id, *row, now) for row in rows])
        return len(rows)


def _insert(db: duckdb.DuckDBPyConnection, table: str, rows: list[Row]) -> None:
    if rows:
        db.executemany(f"insert into raw.{table} values ({', '.join('?' * len(rows[0]))})", rows)


def _pages(
    ask: Callable[[int], dict[str, Any]], advance: Callable[[float], None]
) -> Iterator[dict[str, Any]]:
    for page in range(MOST_PAGES):
        reply = ask(page * PAGE)
        advance(1)
        items = reply.get("items")
        yield from (item for item in items or [] if isinstance(item, dict))
        if not items or not reply.get("next"):
            return


def _saved_tracks(api: SpotifyApi, advance: Callable[[float], None]) -> list[Row]:
    rows = {}
    for item in _pages(api.saved_tracks, advance):
        track = item.get("track") or {}
        if track.get("id"):
            rows[track["id"]] = (track["id"], track.get("name"), _artist(track), _time(item.get("added_at")))
    return list(rows.values())


def _store_top(
    keeper: _Keeper, api: SpotifyApi, kind: str, span: str, advance: Callable[[float], None]
) -> int:
    today = utc_now().date()
    items = api.top_items(kind, span).get("items") or []
    advance(1)
    rows: list[Row] = [
        (kind, span, today, rank, item["id"], item.get("name"), _artist(item))
        for rank, item in enumerate(items, start=1)
        if isinstance(item, dict) and item.get("id")
    ]
    where = f"kind = '{kind}' and time_range = '{span}' and fetched_on = date '{today}'"
    return keeper.replace("top_items", rows, where)


def _own_playlists(api: SpotifyApi, advance: Callable[[float], None]) -> list[dict[str, Any]]:
    """Return the listener's own playlists: of others Spotify shows no contents."""
    me = api.me().get("id")
    found = _pages(api.playlists, advance)
    own = (p for p in found if p.get("id") and (p.get("owner") or {}).get("id") == me)
    return list({playlist["id"]: playlist for playlist in own}.values())


def _playlist_items(
    api: SpotifyApi, playlists: list[dict[str, Any]], advance: Callable[[float], None]
) -> tuple[list[Row], int]:
    rows: list[Row] = []
    not_readable = 0
    for playlist in playlists:
        playlist_id = playlist["id"]
        try:
            items = list(_pages(lambda offset, p=playlist_id: api.playlist_items(p, offset), advance))  # type: ignore[misc]
        except ApiError as error:
            if error.status not in (403, 404):
                raise
            log.warning("a playlist cannot be read (%s)", error.status)
            not_readable += 1
            continue
        for position, item in enumerate(items, start=1):
            track = item.get("item") or item.get("track") or {}
            uri = track.get("uri")
            track_id = track.get("id") if str(uri).startswith("spotify:track:") else None
            added_at = _time(item.get("added_at"))
            rows.append((playlist_id, position, uri, track_id, track.get("name"), _artist(track), added_at))
    return rows, not_readable


def _total(playlist: dict[str, Any]) -> int | None:
    total = (playlist.get("items") or playlist.get("tracks") or {}).get("total")
    return total if isinstance(total, int) else None


def _artist(track: dict[str, Any]) -> str | None:
    artists = track.get("artists") or []
    return artists[0].get("name") if artists and isinstance(artists[0], dict) else None


def _time(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment.replace(tzinfo=None) - (moment.utcoffset() or datetime.min - datetime.min)
