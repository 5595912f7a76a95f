"""Where copies of a person's listening went: backups, takeouts and publications, so that nobody has to
remember them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from spotiflow.core.console import log
from spotiflow.core.errors import HomeError
from spotiflow.core.files import locked, write_private
from spotiflow.core.json_text import parse_json
from spotiflow.core.settings import Settings

# Stands for whoever was forgotten; no listener can be named so.
FORGOTTEN = "(forgotten)"


@dataclass(frozen=True)
class KnownCopy:
    """A copy that was made, and whose listening it holds, under every name they have had since.

    kind: `backup`, `takeout`, or the target of a publication. path: the file or folder, or the address of a
    server. tables: of a publication.
    """

    kind: str
    path: str
    listeners: list[str]
    tables: list[str] = field(default_factory=list)

    @property
    def is_gone(self) -> bool:
        """Whether somebody removed it. What lies on a disk that is not here now may be there still."""
        if "://" in self.path or not self.path.startswith("/"):
            return False
        return not Path(self.path).exists() and Path(self.path).parent.is_dir()


def remember_copy(
    settings: Settings, kind: str, path: Path | str, listeners: Sequence[str], *, tables: Sequence[str] = ()
) -> None:
    """Write down where a copy went; it takes the place of what was known of that place."""
    copy = KnownCopy(kind, str(path), list(listeners), list(tables))
    _change(settings, lambda copies: [*(one for one in copies if not _same(one, copy)), copy])


def known_copies(settings: Settings) -> list[KnownCopy]:
    """Return the copies that were made from this home, but those that were removed.

    Raises HomeError where the list is damaged: as an empty one it would let `forget` promise too much.
    """
    ledger = _ledger(settings)
    try:
        records = parse_json(ledger.read_text(encoding="utf-8"))
        copies = [KnownCopy(**record) for record in records]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError) as error:
        raise HomeError(
            f"{ledger}, the list of the backups, takeouts and publications made from this home, cannot be read.",
            hint="Put it back from a backup of your disk, or look for those copies yourself and remove the list.",
        ) from error
    return [copy for copy in copies if not copy.is_gone]


def copy_at(settings: Settings, kind: str, path: Path | str) -> KnownCopy | None:
    """Return what is known of a place, None for nothing."""
    wanted = KnownCopy(kind, str(path), [])
    return next((copy for copy in known_copies(settings) if _same(copy, wanted)), None)


def rename_in_copies(settings: Settings, name: str, new_name: str) -> None:
    """Let copies that were made under the old name of a listener be found under the new one, too."""
    _change_listeners(settings, lambda known: [*known, new_name] if name in known else known)


def forget_in_copies(settings: Settings, names: Collection[str]) -> None:
    """Know of copies only that somebody is in them who was forgotten."""

    def without(known: list[str]) -> list[str]:
        return list(dict.fromkeys(FORGOTTEN if name in names else name for name in known))

    _change_listeners(settings, without)


def _change_listeners(settings: Settings, change: Callable[[list[str]], list[str]]) -> None:
    _change(settings, lambda copies: [replace(one, listeners=change(one.listeners)) for one in copies])


def _same(one: KnownCopy, other: KnownCopy) -> bool:
    return (one.path, one.kind) == (other.path, other.kind)


def _change(settings: Settings, change: Callable[[list[KnownCopy]], list[KnownCopy]]) -> None:
    try:
        with locked(settings.home / "copies.lock"):
            copies = change(known_copies(settings))
            write_private(_ledger(settings), json.dumps([asdict(copy) for copy in copies], indent=1))
    except (OSError, HomeError) as error:
        # The copy itself is complete; it is only not on the list that `forget` reads.
        log.error("a copy could not be written down: %s", error)


def _ledger(settings: Settings) -> Path:
    return settings.home / "copies.json"
