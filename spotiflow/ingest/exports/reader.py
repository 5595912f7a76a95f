"""Spotify's privacy exports as a source of plays."""

from __future__ import annotations

from collections.abc import Sequence, Set
from pathlib import Path, PurePosixPath

import duckdb

from spotiflow.core.settings import Settings
from spotiflow.ingest.exports.generations import Generation, generation_of
from spotiflow.ingest.exports.reading import read_file
from spotiflow.ingest.files.file_kinds import content_of, is_history_name
from spotiflow.ingest.files.inputs import WANTED, InputKind
from spotiflow.ingest.files.repair import Repair
from spotiflow.ingest.history.importer import import_history
from spotiflow.ingest.history.reader import Choice, Reader
from spotiflow.ingest.history.results import HistoryReceipt

ACCOUNT_ADVICE = (
    "the account package has one year, to the minute, without ids; the Extended streaming history has "
    "everything: ask for it at Spotify's privacy page, it takes up to 30 days"
)


class ExportReader(Reader[Generation]):
    """Account data and extended streaming history, of every generation."""

    kind = "export"
    wanted = WANTED[InputKind.EXPORT]
    example = "spotiflow ingest export my_spotify_data.zip"
    again = "Download the export again and give it as it is."
    privacy = "ip address, user agent, user name and place not stored"

    def form_of(self, name: str, head: bytes) -> Generation | None:
        """Tell the generation of a file."""
        return generation_of(name, head)

    def read(
        self, db: duckdb.DuckDBPyConnection, path: Path, form: Generation, choice: Choice
    ) -> Repair | None:
        """Fill `incoming` from a file."""
        return read_file(db, path, form, choice)

    def issue(self, name: str, head: bytes) -> str | None:
        """Say what a file is that is named like history and holds none."""
        if is_history_name(name) and PurePosixPath(name).suffix.lower() == ".json":
            return f"is {content_of(head)}, not streaming history"
        return None

    def notes(self, sources: Set[str]) -> list[tuple[str, str]]:
        """Tell whoever has account data alone that there is more."""
        return [] if "extended" in sources else [("account", ACCOUNT_ADVICE)]


def import_exports(
    settings: Settings,
    paths: Sequence[Path | str],
    *,
    listener_id: str | None = None,
    time_zone: str | None = None,
    skip_incognito: bool = False,
) -> HistoryReceipt:
    """Import Spotify privacy exports of any generation, as `import_history` does.

    skip_incognito: leave private sessions out.
    """
    return import_history(
        settings,
        ExportReader(),
        paths,
        listener_id=listener_id,
        time_zone=time_zone,
        skip_private=skip_incognito,
    )
