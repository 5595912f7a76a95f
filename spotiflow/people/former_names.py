"""Names that listeners had before: copies, logs and paths may know them by those still."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from pathlib import Path

from spotiflow.core.files import write_private
from spotiflow.core.json_text import parse_json
from spotiflow.core.settings import Settings


def former_names(settings: Settings) -> dict[str, list[str]]:
    """Return the former names of each listener who was renamed; a damaged file counts as none."""
    try:
        stored = parse_json(_file(settings).read_text(encoding="utf-8"))
        return {str(name): [str(one) for one in before] for name, before in stored.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def remember_former_name(settings: Settings, name: str, new_name: str) -> None:
    """Write down that a listener has another name now. Raises OSError."""
    known = former_names(settings)
    known[new_name] = sorted({name, *known.pop(name, []), *known.get(new_name, [])} - {new_name})
    _write(settings, known)


def drop_former_names(settings: Settings, names: Iterable[str]) -> None:
    """Forget the former names of listeners who are forgotten. Raises OSError."""
    known = former_names(settings)
    left = {name: before for name, before in known.items() if name not in set(names)}
    if left != known:
        _write(settings, left)


def all_names(settings: Settings, names: Collection[str], others: Collection[str]) -> list[str]:
    """Return these names and the former ones of the same people, but for those that `others` have now."""
    known = former_names(settings)
    before = {one for name in names for one in known.get(name, [])}
    return [*names, *sorted(before - set(others) - set(names))]


def _file(settings: Settings) -> Path:
    return settings.home / "former-names.json"


def _write(settings: Settings, known: dict[str, list[str]]) -> None:
    if known:
        write_private(_file(settings), json.dumps(known, indent=1))
    else:
        _file(settings).unlink(missing_ok=True)
