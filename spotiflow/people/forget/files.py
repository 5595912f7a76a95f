"""The files of a listener: login, tokens of players, what waits, models; and what may still hold something."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Collection, Sequence
from pathlib import Path

from spotiflow.core.files import locked, write_private
from spotiflow.core.json_text import parse_json
from spotiflow.core.settings import Settings
from spotiflow.ingest.spotify.token_store import token_path
from spotiflow.ingest.submissions.tokens import read_tokens, remove_tokens_of
from spotiflow.people.forget.traces import NotSearchableError, holds
from spotiflow.people.forget.words import Words
from spotiflow.people.former_names import former_names
from spotiflow.people.waiting_plays import waiting_plays
from spotiflow.warehouse.backups import list_backups
from spotiflow.warehouse.known_copies import known_copies
from spotiflow.warehouse.temp_folder import sweep

ALERTS = "alerts.json"
# What training writes into the folder of models; a killed one leaves the last.
_MODELS = ("*.skops", "*.md", ".*.part")


def is_known_by_files(settings: Settings, name: str) -> bool:
    """Whether a login, a player's token or something that waits is in this name."""
    has_token = any(token.listener_id == name for token in read_tokens(settings))
    # One that was broken off after the warehouse was written anew left the copies it knew; a name that somebody
    # had before stands there, too, and is theirs still.
    is_former = any(name in before for before in former_names(settings).values())
    is_in_copies = not is_former and any(name in copy.listeners for copy in known_copies(settings))
    return bool(_login(settings, name) or has_token or is_in_copies or waiting_plays(settings, name))


def remove_files(settings: Settings, names: Sequence[str], kept_models: Collection[str]) -> list[str]:
    """Remove what only these listeners explain, and name it: logins, tokens of players, what waits, models.

    kept_models: the files of models that stay. What killed imports left goes, too. What a person put into
    the inbox themselves is theirs to remove; `leftovers` names it.
    """
    # First, so that no player adds to what is removed here.
    n_tokens = remove_tokens_of(settings, names)
    found = [path for pattern in _MODELS for path in sorted(settings.models_dir.glob(pattern))]
    found = [path for path in found if path.name not in kept_models]
    found += [path for name in names for path in waiting_plays(settings, name) + _login(settings, name)]
    for path in dict.fromkeys(found):
        path.unlink(missing_ok=True)
    if settings.temp_dir.exists():
        sweep(settings.temp_dir)
    removed = [str(path.relative_to(settings.home)) for path in dict.fromkeys(found)]
    return removed + ([f"{n_tokens} tokens of players"] if n_tokens else [])


def remove_alerts(settings: Settings, words: Words) -> None:
    """Take the alerts that name them off the list of what is wrong now. Raises OSError."""
    place = settings.home / ALERTS
    with locked(settings.home / "alerts.lock"):
        try:
            stored = parse_json(place.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return
        left = [one for one in stored if not words.stand_in(json.dumps(one, ensure_ascii=False).encode())]
        if left != stored:
            write_private(place, json.dumps(left, indent=1))


def copies_of(settings: Settings, names: Collection[str]) -> list[str]:
    """Name the backups, takeouts and publications that were made while one of them was there."""
    found = {(copy.path, copy.kind) for copy in known_copies(settings) if set(names) & {*copy.listeners}}
    backups = list_backups(settings.backups_dir)
    found |= {(str(one.path), "backup") for one in backups if set(names) & {*one.listeners}}
    return [_copy(kind, path) for path, kind in sorted(found)]


def _copy(kind: str, path: str) -> str:
    if kind in ("backup", "takeout"):
        return f"{kind} {path}"
    return f"published as {kind} {path}"


def leftovers(settings: Settings, words: Words) -> tuple[list[str], list[str]]:
    """Return the files of the home that hold any of the words, and those that cannot be searched."""
    # Whose listening is in a finished backup stands in it; what a restore put aside or a kill left does not.
    apart = [settings.temp_dir, *(backup.path for backup in list_backups(settings.backups_dir))]
    paths, closed = _files_in(settings.home)
    found = []
    for path in paths:
        if path == settings.database_path or any(path.is_relative_to(folder) for folder in apart):
            continue
        name = str(path.relative_to(settings.home))
        try:
            if words.stand_in(name.encode("utf-8", "surrogateescape")) or holds(path, words):
                found.append(name)
        except NotSearchableError:
            closed.append(name)
    return found, closed


def _files_in(home: Path) -> tuple[list[Path], list[str]]:
    """Return the files below a folder, and the names of what may not be looked at."""
    files, closed = list[Path](), list[str]()
    for folder, _, names in os.walk(
        home, onerror=lambda error: closed.append(os.path.relpath(error.filename, home))
    ):
        for path in (Path(folder, name) for name in sorted(names)):
            try:
                is_file = stat.S_ISREG(path.stat().st_mode)
            except FileNotFoundError:
                continue
            except OSError:
                closed.append(str(path.relative_to(home)))
                continue
            files += [path] if is_file else []
    return sorted(files), closed


def _login(settings: Settings, name: str) -> list[Path]:
    token = token_path(settings, name)
    return [path for path in [token, *settings.home.glob(f".{token.name}-*")] if path.exists()]
