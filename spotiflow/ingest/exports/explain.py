"""What became of one row of an export, and why."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

import duckdb
from rich.console import RenderableType

from spotiflow.core.console import printable
from spotiflow.core.errors import InputError, UsageError
from spotiflow.core.settings import Settings
from spotiflow.ingest.exports.generations import Generation
from spotiflow.ingest.exports.reader import ExportReader
from spotiflow.ingest.files.containers import DamagedEntryError
from spotiflow.ingest.files.local_copy import local_copy
from spotiflow.ingest.history.packages import HistoryFile, open_package, with_unique_names
from spotiflow.ingest.history.reader import Choice
from spotiflow.ingest.history.receipts import remarks
from spotiflow.ingest.listeners import check_listener
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.temp_folder import temp_folder

APART = {"episode": "a podcast", "audiobook": "an audiobook", "video": "a video"}
_ROW = """
select
    reason, play_id, content_type, artist_name, track_name, ended_at, ms_played,
    coalesce(is_private_session, false) as is_private,
    (select min(row_number) from incoming as same where same.play_id = incoming.play_id) as first_row
from incoming
where row_number = ?
"""
_STORED = """
select plays.source, plays.file_name, plays.ingested_at, files.sha256
from raw.listening_history as plays
left join raw.ingest_files as files using (run_id, file_name)
where play_id = ?
"""
_REJECTED = """
select max(started_at)
from raw.rejected_rows
join raw.ingest_files using (run_id, file_name)
join raw.ingest_runs using (run_id)
where sha256 = ? and row_number = ?
"""
_DUPLICATE = """
select duplicates.reason, kept.source, kept.file_name
from silver.play_duplicates as duplicates
left join raw.listening_history as kept on kept.play_id = duplicates.kept_play_id
where duplicates.play_id = ?
"""
_PLAY = """
select plays.is_play, plays.is_music, plays.track_id, history.track_id as told_id, identities.match_method
from silver.plays as plays
join raw.listening_history as history using (play_id)
left join silver.track_identities as identities
    on identities.told_id = history.track_id and identities.listener_id = plays.listener_id
where play_id = ?
"""
_SAME = {
    "isrc": "the same ISRC",
    "title_artist_duration": "the same names and length",
    "title_artist": "the same names",
}


@dataclass(frozen=True)
class Explanation:
    """What became of a row: `outcome` is one of kept, kept apart, known, rejected, left out, not imported.

    what: the row in words. why: how it came to the outcome. silver: what the built tables made of it, None
    before a build.
    """

    file_name: str
    row_number: int
    outcome: str
    what: str
    why: str
    silver: str | None
    play_id: str | None

    def to_dict(self) -> dict[str, Any]:
        """Return it as `--json` prints it."""
        return asdict(self)


def explain_row(
    settings: Settings, target: str, paths: Sequence[Path], *, listener_id: str | None = None
) -> Explanation:
    """Say what became of the row that `target` names as FILE:ROW, rows counted from 1; nothing is stored.

    FILE is a file in one of `paths`, or without paths the path of a file itself.
    Raises UsageError for a target that names no row, InputError for a path that is no export, NotFoundError
    where there is no warehouse or no such listener.
    """
    name, row_number = _parsed(target)
    with ExitStack() as stack:
        packages = [
            stack.enter_context(open_package(path, ExportReader())) for path in paths or [_path(target)]
        ]
        file = _named(with_unique_names(packages), name if paths else printable(_path(target).name))
        temp = stack.enter_context(temp_folder(settings))
        db = stack.enter_context(open_warehouse(settings, read_only=True))
        listener = check_listener(db, listener_id, settings)
        sha256 = _read(db, file, temp, listener)
        return _explained(db, file.name, row_number, sha256)


def _parsed(target: str) -> tuple[str, int]:
    name, _, row = target.rpartition(":")
    if not name or not row.isdecimal() or int(row) < 1:
        raise UsageError(
            f"'{target}' names no row; expected FILE:ROW with rows counted from 1.",
            hint="Example: spotiflow ingest export my_spotify_data.zip --explain endsong_0.json:17",
        )
    return printable(name), int(row)


def _path(target: str) -> Path:
    return Path(target.rpartition(":")[0])


def _named(files: list[HistoryFile[Generation]], name: str) -> HistoryFile[Generation]:
    found = [file for file in files if name in (file.name, PurePosixPath(file.name).name)]
    if len(found) == 1:
        return found[0]
    known = ", ".join(file.name for file in (found or files)[:5])
    what = "is the name of several files" if found else "is no history file of this export"
    raise UsageError(f"{name} {what}.", hint=f"Files there are: {known}.")


def _read(db: duckdb.DuckDBPyConnection, file: HistoryFile[Generation], temp: Path, listener: str) -> str:
    """Fill `incoming` as an import would; return the sha256 of the file."""
    try:
        with local_copy(file.entry, temp) as (path, digest):
            ExportReader().read(db, path, file.form, Choice(listener))
            return digest.result()
    except DamagedEntryError as error:
        raise InputError(f"{file.name} cannot be unpacked.", hint="Download the export again.") from error


def _explained(db: duckdb.DuckDBPyConnection, name: str, row_number: int, sha256: str) -> Explanation:
    row = db.execute(_ROW, [row_number]).fetchone()
    if row is None:
        count = db.execute("select count(*) from incoming").fetchone() or (0,)
        raise UsageError(
            f"{name} has {count[0]:,} rows; row {row_number:,} was asked for.", hint="Count from 1."
        )
    reason, play_id, content_type, artist, title, ended_at, ms_played, is_private, first_row = row
    if reason:
        outcome, why = "rejected", f"{reason}; {_rejected_when(db, sha256, row_number)}"
        return Explanation(name, row_number, outcome, "a row that tells of no play", why, None, None)
    what = _row_text(content_type, artist, title, ended_at, ms_played)
    outcome, why = _fate(db, play_id, content_type, sha256, row_number, first_row, is_private)
    silver = _silver(db, play_id) if outcome not in ("not imported", "left out") else None
    return Explanation(name, row_number, outcome, what, why, silver, str(play_id))


def _rejected_when(db: duckdb.DuckDBPyConnection, sha256: str, row_number: int) -> str:
    row = db.execute(_REJECTED, [sha256, row_number]).fetchone()
    return f"kept in rejected_rows since {row[0]:%Y-%m-%d}" if row and row[0] else "the file is not imported"


def _row_text(
    content_type: str, artist: str | None, title: str | None, ended_at: datetime, ms_played: int | None
) -> str:
    names = " - ".join(name for name in (artist, title) if name) or "without a name"
    seconds = f"{ms_played / 1000:,.0f} s" if ms_played is not None else "no length"
    return f"{content_type}: {names}, ended {ended_at:%Y-%m-%d %H:%M:%S} UTC, {seconds}"


def _fate(
    db: duckdb.DuckDBPyConnection,
    play_id: Any,
    content_type: str,
    sha256: str,
    row_number: int,
    first_row: int,
    is_private: bool,
) -> tuple[str, str]:
    stored = db.execute(_STORED, [play_id]).fetchone()
    if stored is None:
        if is_private and db.execute("select 1 from raw.ingest_files where sha256 = ?", [sha256]).fetchone():
            return "left out", "a private session, and the import was told to leave those out"
        return "not imported", "no import has stored this play"
    source, file_name, ingested_at, stored_sha256 = stored
    if first_row != row_number:
        return (
            "known",
            f"row {first_row:,} of this file tells of the same play: same second, content and length",
        )
    if stored_sha256 != sha256:
        return "known", f"the same play was stored from {file_name} ({source}) on {ingested_at:%Y-%m-%d}"
    if content_type in APART:
        return "kept apart", f"it is {APART[content_type]}, not music; stored on {ingested_at:%Y-%m-%d}"
    return "kept", f"stored on {ingested_at:%Y-%m-%d}"


def _silver(db: duckdb.DuckDBPyConnection, play_id: Any) -> str | None:
    """Say what the built tables made of a play that is stored."""
    try:
        duplicate = db.execute(_DUPLICATE, [play_id]).fetchone()
        play = db.execute(_PLAY, [play_id]).fetchone()
    except duckdb.CatalogException:
        return None
    if duplicate:
        reason, source, file_name = duplicate
        words = {
            "repeated": f"duplicate: {source} ({file_name}) has this play twice, and the longer row counts",
            "matched": f"duplicate: {source} ({file_name}) has the same play",
            "covered": "duplicate: a stronger source covers this time and does not know it",
        }
        return words.get(reason, f"duplicate: {reason}")
    if play is None:
        return "not there yet: it came after the last build"
    is_play, is_music, track_id, told_id, method = play
    if not is_music:
        return "in silver.plays, apart from music"
    if not is_play:
        return "in silver.plays, too short to count as a play"
    told = f", which {told_id} is too: {_SAME[method]}" if method in _SAME else ""
    return f"counts as a play of {track_id}{told}"


def render(explanation: Explanation) -> RenderableType:
    """Return the explanation for the terminal."""
    lines = [
        ("row", f"{explanation.file_name}, row {explanation.row_number:,}"),
        ("what", explanation.what),
        ("outcome", f"{explanation.outcome}: {explanation.why}"),
    ]
    if explanation.silver:
        lines.append(("built", explanation.silver))
    return remarks(lines)
