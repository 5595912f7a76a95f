"""The files of a listener: login, polls that wait, scratch; and those that may still hold something."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from spotiflow.core.settings import Settings
from spotiflow.ingest.spotify.spool import PATTERN
from spotiflow.ingest.spotify.token_store import token_path
from spotiflow.people.forget.search import found_in
from spotiflow.warehouse.backups import list_backups
from spotiflow.warehouse.known_copies import known_copies
from spotiflow.warehouse.temp_folder import sweep

# Compressed inside, so that a search of their bytes proves nothing.
_OPAQUE = frozenset({".duckdb", ".db", ".zip", ".gz", ".parquet", ".wal"})


def remove_files(settings: Settings, name: str) -> list[str]:
    """Remove the login of a listener, their polls in the inbox and what killed imports left; name them."""
    token = token_path(settings, name)
    found = [token, *settings.home.glob(f".{token.name}-*")] if token.exists() else []
    # What a person put there themselves is theirs to remove; `leftovers` names it.
    polls = [*settings.inbox_dir.glob(PATTERN), *settings.inbox_dir.glob("*.unreadable")]
    found += [path for path in sorted(polls) if _is_theirs(path, name)]
    for path in found:
        path.unlink(missing_ok=True)
    if settings.scratch_dir.exists():
        sweep(settings.scratch_dir)
    return [str(path.relative_to(settings.home)) for path in found]


def _is_theirs(path: Path, name: str) -> bool:
    """Whether a file of the inbox is a poll of this listener, damaged or not."""
    content = path.read_bytes()
    try:
        record = json.loads(content)
    except ValueError:
        return json.dumps(name).encode() in content
    return isinstance(record, dict) and record.get("listener_id") == name


def copies_of(settings: Settings, name: str) -> list[str]:
    """Name the backups and takeouts that were made while the listener was there and still exist."""
    found = {copy.path: copy.kind for copy in known_copies(settings) if name in copy.listeners}
    found |= {str(one.path): "backup" for one in list_backups(settings.backups_dir) if name in one.listeners}
    return [f"{kind} {path}" for path, kind in sorted(found.items())]


def leftovers(settings: Settings, strings: Sequence[bytes]) -> list[str]:
    """Name the files of the home that hold one of these strings, or that cannot be searched."""
    found = []
    for path in sorted(settings.home.rglob("*")):
        if path == settings.database_path or not path.is_file() or path.is_symlink():
            continue
        if path.is_relative_to(settings.scratch_dir) or path.is_relative_to(settings.backups_dir):
            continue
        if path.suffix in _OPAQUE or ".damaged-" in path.name or found_in(path, strings):
            found.append(str(path.relative_to(settings.home)))
    return found
