"""The tokens with which players submit listens: each is printed once, and only its sha256 is kept.

The file is private and no part of a backup: a lost token is replaced with one command.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from spotiflow.core.disk_errors import unwritable
from spotiflow.core.errors import HomeError, InputError, NotFoundError
from spotiflow.core.files import locked, write_private
from spotiflow.core.json_text import parse_json
from spotiflow.core.settings import Settings
from spotiflow.ingest.listeners import check_listener
from spotiflow.warehouse.database import open_warehouse, prepare_home
from spotiflow.warehouse.run_log import utc_now

FILE = "player-tokens.json"
# More players than a household has; whoever submits may make the server remember this many.
MOST_TOKENS = 1000
MOST_NOTE_CHARACTERS = 60


@dataclass(frozen=True)
class Token:
    """A token as it is kept: its sha256, whose listens it submits, what for, since when (UTC, ISO 8601)."""

    sha256: str
    listener_id: str
    note: str
    added_at: str

    @property
    def ident(self) -> str:
        """The short name by which `list` shows it and `remove` knows it."""
        return self.sha256[:8]

    def to_dict(self) -> dict[str, Any]:
        """Return it as `--json` prints it, without the digest."""
        return {"id": self.ident} | {key: text for key, text in asdict(self).items() if key != "sha256"}


def digest_of(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def tokens_path(settings: Settings) -> Path:
    """Return the file of the tokens."""
    return settings.home / FILE


def read_tokens(settings: Settings) -> tuple[Token, ...]:
    """Return the tokens there are. Raises HomeError for a file that is damaged or cannot be read."""
    path = tokens_path(settings)
    try:
        return tuple(Token(**one) for one in parse_json(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, TypeError) as error:
        raise HomeError(
            f"{path} cannot be read, so that no player is let in.",
            hint="Remove it and give every player a new token: spotiflow dashboard token add LISTENER",
        ) from error


def add_token(settings: Settings, listener: str | None, note: str = "") -> tuple[Token, str]:
    """Make a token for a listener's player; return what is kept, and the token itself for the only time.

    Raises NotFoundError for an unknown listener, InputError for a note that is none or too many tokens.
    """
    note = note.strip()
    if len(note) > MOST_NOTE_CHARACTERS or not note.isprintable():
        raise InputError(
            f"A note is one line of at most {MOST_NOTE_CHARACTERS} characters.", hint="Example: --note phone"
        )
    prepare_home(settings)
    with open_warehouse(settings) as db:
        listener = check_listener(db, listener, settings)
    # ListenBrainz gives out UUIDs, and some clients take nothing else; this one is random as a whole.
    plain = str(uuid.UUID(bytes=secrets.token_bytes(16), version=4))
    made = Token(digest_of(plain), listener, note, utc_now().isoformat(timespec="seconds"))

    def add(known: tuple[Token, ...]) -> Sequence[Token]:
        if len(known) >= MOST_TOKENS:
            raise InputError(
                f"There are {len(known):,} tokens already.",
                hint="Remove some: spotiflow dashboard token list",
            )
        return (*known, made)

    _change(settings, add)
    return made, plain


def remove_token(settings: Settings, ident: str) -> Token:
    """Remove a token by the id that `list` shows; its player is refused from now on. Raises NotFoundError."""
    found: list[Token] = []

    def remove(known: tuple[Token, ...]) -> Sequence[Token]:
        found.extend(token for token in known if token.ident == ident)
        if not found:
            raise NotFoundError(
                f"There is no token '{ident}'.", hint="See them all: spotiflow dashboard token list"
            )
        return [token for token in known if token.ident != ident]

    _change(settings, remove)
    return found[0]


def remove_tokens_of(settings: Settings, names: Collection[str]) -> int:
    """Remove the tokens of listeners who are forgotten; return how many there were."""
    if not tokens_path(settings).exists():
        return 0
    kept: list[Token] = []
    counts: list[int] = []

    def remove(known: tuple[Token, ...]) -> Sequence[Token]:
        kept.extend(token for token in known if token.listener_id not in names)
        counts.append(len(known) - len(kept))
        return kept

    _change(settings, remove)
    return counts[0]


def rename_in_tokens(settings: Settings, name: str, new_name: str) -> None:
    """Let the tokens of a listener submit under their new name."""
    if not tokens_path(settings).exists():
        return
    _change(
        settings,
        lambda known: [
            replace(token, listener_id=new_name) if token.listener_id == name else token for token in known
        ],
    )


def render(tokens: Sequence[Token]) -> RenderableType:
    """Return the tokens for the terminal."""
    if not tokens:
        return "No player has a token; make one: spotiflow dashboard token add LISTENER"
    table = Table("id", "listener", "note", "added", box=None, pad_edge=False)
    for token in tokens:
        added = datetime.fromisoformat(token.added_at).replace(tzinfo=UTC).astimezone()
        table.add_row(token.ident, Text(token.listener_id), Text(token.note), f"{added:%Y-%m-%d %H:%M}")
    return table


def _change(settings: Settings, change: Callable[[tuple[Token, ...]], Sequence[Token]]) -> None:
    path = tokens_path(settings)
    try:
        with locked(settings.home / "player-tokens.lock"):
            changed = [asdict(token) for token in change(read_tokens(settings))]
            write_private(path, json.dumps(changed, indent=1))
    except OSError as error:
        raise unwritable(error, path) from error
