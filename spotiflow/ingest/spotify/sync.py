"""`ingest spotify`: the poll first, because only it can be too late; then what can wait."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from spotiflow.core.console import log
from spotiflow.core.errors import LoginNeededError, SpotiflowError
from spotiflow.core.settings import Settings
from spotiflow.ingest.spotify.capabilities import (
    ALLOWED,
    Capability,
    probe,
    store_capability,
)
from spotiflow.ingest.spotify.client import SpotifyApi
from spotiflow.ingest.spotify.hydrate import (
    FEATURE_QUEUE,
    TRACK_QUEUE,
    QueueReceipt,
    work_off,
)
from spotiflow.ingest.spotify.ledger import Ledger
from spotiflow.ingest.spotify.library import LibraryReceipt, fetch_library
from spotiflow.ingest.spotify.recently_played import PollReceipt, failed, fetch
from spotiflow.ingest.spotify.searching import SEARCH_QUEUE
from spotiflow.ingest.spotify.spool import Batch
from spotiflow.ingest.spotify.state import (
    keep,
    load_inbox,
    read_state,
    save_ledger,
)
from spotiflow.ingest.spotify.token_store import for_listener
from spotiflow.warehouse.database import open_warehouse, prepare_home


@dataclass
class SpotifyReceipt:
    """What one run brought. `postponed`: why the rest was left, to be raised once this has been shown."""

    listener_id: str
    poll: PollReceipt
    warning: str | None = None
    capability: Capability | None = None
    queues: list[QueueReceipt] = field(default_factory=list)
    library: LibraryReceipt | None = None
    postponed: SpotiflowError | None = None


@dataclass(frozen=True)
class Wishes:
    """What to do besides the poll.

    tracks: metadata of so many tracks, and the ids of so many that came without. library: saved tracks, top
    items, playlists. probe: ask anew for audio features.
    """

    tracks: int = 0
    library: bool = False
    probe: bool = False


def ingest_spotify(
    settings: Settings, *, listener_id: str | None = None, wishes: Wishes | None = None
) -> SpotifyReceipt:
    """Fetch a listener's last 50 plays and store what is new, then do what `wishes` says.

    The warehouse is never open while Spotify is asked; where another process holds it, the plays go to the
    inbox. Raises HomeError, and LoginNeededError, WaitError, ApiError when the poll itself failed.
    """
    # Before Spotify is asked: what it gives, a new token among it, has to be kept.
    prepare_home(settings)
    listener = listener_id or settings.default_listener
    state = read_state(settings)
    ledger = state.ledger
    try:
        api = SpotifyApi(settings, listener, ledger)
    except LoginNeededError:
        load_inbox(settings)
        raise
    batch = _poll(settings, api, ledger, listener)
    poll = keep(settings, batch)
    receipt = SpotifyReceipt(listener, poll or PollReceipt(len(batch.items or []), is_spooled=True))
    receipt.warning = api.login.warning and for_listener(api.login.warning, listener)
    if poll is not None:
        receipt.capability = state.capabilities.get(api.login.client_id)
        _do_the_rest(settings, api, ledger, receipt, batch, wishes or Wishes())
    return receipt


def _poll(settings: Settings, api: SpotifyApi, ledger: Ledger, listener: str) -> Batch:
    try:
        return fetch(api, ledger, listener)
    except BaseException as error:
        keep(settings, failed(listener, ledger, error))
        raise


def _do_the_rest(
    settings: Settings, api: SpotifyApi, ledger: Ledger, receipt: SpotifyReceipt, batch: Batch, wishes: Wishes
) -> None:
    try:
        if receipt.capability is None or wishes.probe:
            receipt.capability = _probe(settings, api, batch) or receipt.capability
        if wishes.tracks:
            queues = [TRACK_QUEUE, SEARCH_QUEUE]
            if receipt.capability and receipt.capability.result == ALLOWED:
                queues.append(FEATURE_QUEUE)
            for queue in queues:
                done = work_off(settings, api, ledger, receipt.listener_id, queue, wishes.tracks)
                receipt.queues.append(done)
        if wishes.library:
            receipt.library = fetch_library(settings, api, ledger, receipt.listener_id)
    except SpotiflowError as error:
        receipt.postponed = error
    finally:
        save_ledger(settings, ledger)


def _probe(settings: Settings, api: SpotifyApi, batch: Batch) -> Capability | None:
    """Return whether audio features are given, None where nobody can tell; a probe never fails a run."""
    track_id = _some_track(batch.items or [])
    if track_id is None:
        return None
    try:
        found = probe(api, track_id)
        with open_warehouse(settings) as db:
            store_capability(db, found)
        return found
    except SpotiflowError as error:
        log.warning("audio features could not be probed: %s", error.message)
        return None


def _some_track(items: list[Any]) -> str | None:
    for item in items:
        track = item.get("track") if isinstance(item, dict) else None
        uri = track.get("uri") if isinstance(track, dict) else None
        if isinstance(uri, str) and uri.startswith("spotify:track:"):
            return uri.rpartition(":")[2]
    return None
