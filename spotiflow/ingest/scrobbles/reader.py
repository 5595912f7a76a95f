"""What Last.fm and ListenBrainz recorded as a source of plays."""

from __future__ import annotations

from collections.abc import Sequence, Set
from pathlib import Path

import duckdb

from spotiflow.core.settings import Settings
from spotiflow.ingest.files.inputs import WANTED, InputKind
from spotiflow.ingest.files.repair import Repair
from spotiflow.ingest.history.importer import import_history
from spotiflow.ingest.history.reader import Choice, Reader
from spotiflow.ingest.history.results import HistoryReceipt
from spotiflow.ingest.scrobbles.forms import ScrobbleForm, form_of
from spotiflow.ingest.scrobbles.reading import read_file

ADVICE = (
    "scrobbles know when a song was played, not for how long; a play that Spotify's own history tells of too "
    "counts once, one of another player stays"
)


class ScrobbleReader(Reader[ScrobbleForm]):
    """Last.fm (two kinds of CSV, JSON), ListenBrainz (zip, JSON, JSONL) and tools that keep the same."""

    kind = "scrobbles"
    what = "scrobbles"
    wanted = WANTED[InputKind.SCROBBLES]
    example = "spotiflow ingest scrobbles recenttracks.csv"

    def form_of(self, name: str, head: bytes) -> ScrobbleForm | None:  # noqa: ARG002
        """Tell by its content alone which scrobbles a file has."""
        return form_of(head)

    def read(
        self, db: duckdb.DuckDBPyConnection, path: Path, form: ScrobbleForm, choice: Choice
    ) -> Repair | None:
        """Fill `incoming` from a file; scrobbles tell neither countries nor private sessions."""
        return read_file(db, path, form, choice.listener_id)

    def notes(self, sources: Set[str]) -> list[tuple[str, str]]:  # noqa: ARG002
        """Say what scrobbles do not know."""
        return [("note", ADVICE)]


def import_scrobbles(
    settings: Settings,
    paths: Sequence[Path | str],
    *,
    listener_id: str | None = None,
    time_zone: str | None = None,
) -> HistoryReceipt:
    """Import scrobbles of Last.fm, ListenBrainz and tools that keep the same, as `import_history` does."""
    return import_history(settings, ScrobbleReader(), paths, listener_id=listener_id, time_zone=time_zone)
