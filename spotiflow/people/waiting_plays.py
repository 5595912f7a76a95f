"""What waits in the inbox of a listener, damaged too: polls of Spotify, and listens that players submitted."""

from __future__ import annotations

import json
from pathlib import Path

from spotiflow.core.json_text import parse_json
from spotiflow.core.settings import Settings
from spotiflow.ingest.spotify.spool import ASIDE, PATTERN
from spotiflow.ingest.submissions.spool import listens_of


def waiting_plays(settings: Settings, name: str) -> list[Path]:
    """Return the files of the inbox that spotiflow put there for this listener."""
    polls = [*settings.inbox_dir.glob(PATTERN), *settings.inbox_dir.glob(f"spotify-*{ASIDE}")]
    return [path for path in sorted(polls) if _is_theirs(path, name)] + listens_of(settings, name)


def _is_theirs(path: Path, name: str) -> bool:
    try:
        content = path.read_bytes()
        record = parse_json(content)
    except OSError:
        return False  # A run has just loaded it, or nobody may read it: `forget` names it then.
    except ValueError:
        return json.dumps(name).encode() in content
    return isinstance(record, dict) and record.get("listener_id") == name
