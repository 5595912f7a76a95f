"""What was fetched while another process held the warehouse: kept in the inbox until the next run."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from spotiflow.core.console import log
from spotiflow.core.disk_errors import unwritable
from spotiflow.core.files import write_private
from spotiflow.core.settings import Settings
from spotiflow.ingest.spotify.ledger import Ledger
from spotiflow.warehouse.database import prepare_home
from spotiflow.warehouse.run_log import utc_now

PATTERN = "spotify-*.json"
# A file of a person's own may begin like ours; ours have the moment and the run in their names.
_NAME = re.compile(r"spotify-\d{8}T\d{12}-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.json")
ASIDE = ".unreadable"


@dataclass(frozen=True)
class Batch:
    """What one poll brought: the plays as Spotify gave them (None: it failed), the calls made, how it ended.

    `news` is what the ledger of calls has to remember. `status` is `ok`, `waiting` or `failed`, or `calls`
    where there was no poll and only the ledger has something to say.
    """

    listener_id: str
    items: list[Any] | None
    news: dict[str, Any]
    status: str = "ok"
    fetched_at: datetime = field(default_factory=utc_now)
    run_id: str = field(default_factory=lambda: str(uuid.uuid4()))


def spool(settings: Settings, batch: Batch) -> Path:
    """Write a batch to the inbox, private and whole, and return the file.

    Raises HomeError, WarehouseError where the disk is full.
    """
    prepare_home(settings)
    record = asdict(batch) | {"fetched_at": batch.fetched_at.isoformat()}
    path = settings.inbox_dir / f"spotify-{batch.fetched_at:%Y%m%dT%H%M%S%f}-{batch.run_id}.json"
    try:
        write_private(path, json.dumps(record))
    except OSError as error:
        raise unwritable(error, settings.inbox_dir) from error
    return path


def spooled(settings: Settings) -> list[tuple[Path, Batch]]:
    """Return what waits in the inbox, oldest first; a file that is no batch is put aside and left out."""
    found = []
    for path in filter(is_poll, sorted(settings.inbox_dir.glob(PATTERN))):
        try:
            found.append((path, _read(path)))
        except FileNotFoundError:
            continue  # Another run has just loaded it.
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            log.error("%s cannot be read (%s) and was put aside", path.name, type(error).__name__)
            put_aside(path)
    return found


def put_aside(path: Path) -> None:
    """Take a file out of the queue without losing it."""
    path.replace(path.with_suffix(ASIDE))


def is_poll(path: Path) -> bool:
    """Whether a file of the inbox is named as polls are that could not be stored at once."""
    return _NAME.fullmatch(path.name) is not None


def _read(path: Path) -> Batch:
    record = json.loads(path.read_text(encoding="utf-8"))
    record["fetched_at"] = datetime.fromisoformat(record["fetched_at"])
    batch = Batch(**record)
    if not isinstance(batch.items, list | None) or not isinstance(batch.listener_id, str):
        raise TypeError("no batch")
    uuid.UUID(batch.run_id)
    # What the ledger cannot read would stop whoever asks it: status, polls and runs.
    Ledger(0).read_news(batch.news)
    return batch
