"""Polls of a listener that wait in the inbox, damaged ones too."""

from __future__ import annotations

import json
from pathlib import Path

from spotiflow.core.settings import Settings
from spotiflow.ingest.spotify.spool import PATTERN


def waiting_polls(settings: Settings, name: str) -> list[Path]:
    """Return the files of the inbox that are polls of this listener."""
    polls = [*settings.inbox_dir.glob(PATTERN), *settings.inbox_dir.glob("*.unreadable")]
    return [path for path in sorted(polls) if _is_theirs(path, name)]


def _is_theirs(path: Path, name: str) -> bool:
    try:
        content = path.read_bytes()
        record = json.loads(content)
    except FileNotFoundError:
        return False  # A run has just loaded it.
    except ValueError:
        return json.dumps(name).encode() in content
    return isinstance(record, dict) and record.get("listener_id") == name
