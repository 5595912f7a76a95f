"""What one run leaves for the next, in the warehouse or else in the inbox: plays, calls, waits."""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb

from spotiflow.core.console import log
from spotiflow.core.errors import NotFoundError, SpotiflowError, WarehouseBusyError
from spotiflow.core.settings import Settings
from spotiflow.ingest.spotify.capabilities import Capability, known_capabilities
from spotiflow.ingest.spotify.ledger import Ledger, store_news
from spotiflow.ingest.spotify.recently_played import PollReceipt, store_poll
from spotiflow.ingest.spotify.spool import (
    Batch,
    put_aside,
    spool,
    spooled,
)
from spotiflow.warehouse.database import open_warehouse

# What reading a file raises that is no poll after all.
NO_POLL = (ValueError, KeyError, TypeError, AttributeError)


@dataclass
class State:
    """What earlier runs know: the calls of the last 24 hours, the waits in force, what apps may do."""

    ledger: Ledger
    capabilities: dict[str, Capability] = field(default_factory=dict)


def read_state(settings: Settings) -> State:
    """Return what is known; where another process holds the warehouse, only what the inbox tells."""
    state = State(Ledger(settings.spotify_daily_calls))
    try:
        with open_warehouse(settings, read_only=True) as db:
            state.ledger.read(db)
            state.capabilities = known_capabilities(db)
    except (NotFoundError, WarehouseBusyError, duckdb.CatalogException):
        log.info("the ledger of calls cannot be read now")
    for _, batch in spooled(settings):
        state.ledger.read_news(batch.news)
    return state


def save_ledger(settings: Settings, ledger: Ledger) -> None:
    """Store the calls made; into the inbox where another process holds the warehouse."""
    news = ledger.take_news()
    if not (news["calls"] or news["backoffs"]):
        return
    try:
        with open_warehouse(settings) as db:
            store_news(db, news)
    except WarehouseBusyError:
        spool(settings, Batch(settings.default_listener, None, news, status="calls"))


def keep(settings: Settings, batch: Batch) -> PollReceipt | None:
    """Store a poll and all that waits in the inbox; None where the warehouse is held and it went there.

    Whatever goes wrong here, the plays are in the inbox then: Spotify will not give them again.
    """
    try:
        with open_warehouse(settings) as db:
            drain(settings, db)
            return store_poll(db, settings, batch)
    except WarehouseBusyError:
        spool(settings, batch)
        return None
    except BaseException:
        spool(settings, batch)
        raise


def load_inbox(settings: Settings) -> None:
    """Store what waits in the inbox, unless another process holds the warehouse still."""
    if not spooled(settings):
        return
    try:
        with open_warehouse(settings) as db:
            drain(settings, db)
    except WarehouseBusyError:
        log.info("the inbox has to wait: the warehouse is held")


def drain(settings: Settings, db: duckdb.DuckDBPyConnection) -> list[PollReceipt]:
    """Load what waits in the inbox, each file in one transaction, and remove it."""
    receipts = []
    for path, batch in spooled(settings):
        try:
            receipts.append(store_poll(db, settings, batch))
        except (SpotiflowError, duckdb.DataError, duckdb.ProgrammingError, *NO_POLL) as error:
            log.error("%s cannot be stored (%s) and was put aside", path.name, type(error).__name__)
            put_aside(path)
            continue
        path.unlink(missing_ok=True)
    return receipts
