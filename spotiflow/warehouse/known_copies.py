"""Where copies of a person's listening went: backups and takeouts, so that nobody has to remember them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from spotiflow.core.console import log
from spotiflow.core.files import write_private
from spotiflow.core.settings import Settings


@dataclass(frozen=True)
class KnownCopy:
    """A copy that was made: `backup` or `takeout`, where it was put, and whose listening it holds."""

    kind: str
    path: str
    listeners: list[str]


def remember_copy(settings: Settings, kind: str, path: Path, listeners: list[str]) -> None:
    """Write down where a copy went; those that are not there any more are forgotten."""
    copies = [copy for copy in known_copies(settings) if copy.path != str(path)]
    copies.append(KnownCopy(kind, str(path), listeners))
    try:
        write_private(_ledger(settings), json.dumps([asdict(copy) for copy in copies], indent=1))
    except OSError as error:
        # The copy itself is complete; it is only not on the list that `forget` reads.
        log.error("a %s could not be written down: %s", kind, error.strerror)


def known_copies(settings: Settings) -> list[KnownCopy]:
    """Return the copies that were made from this home and are still where they were put."""
    try:
        records = json.loads(_ledger(settings).read_text(encoding="utf-8"))
        copies = [KnownCopy(**record) for record in records]
    except (OSError, ValueError, TypeError):
        return []
    return [copy for copy in copies if Path(copy.path).exists()]


def _ledger(settings: Settings) -> Path:
    return settings.home / "copies.json"
