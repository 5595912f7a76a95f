"""What an import did, as plain data: one receipt per file, package and run."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

from spotiflow.ingest.history.whose import Strange


@dataclass(frozen=True)
class Counts:
    """Rows of a file by what became of them. `read` is the sum of the others.

    kept: new music rows. known: stored already, from earlier imports or twice in this one. podcast,
    audiobook, video: new rows kept apart from music. skipped: private-session rows left out on request.
    """

    read: int = 0
    kept: int = 0
    known: int = 0
    podcast: int = 0
    audiobook: int = 0
    video: int = 0
    skipped: int = 0
    rejected: int = 0

    def __add__(self, other: Counts) -> Counts:
        """Add outcome by outcome."""
        return Counts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Counts)))

    @property
    def parts(self) -> dict[str, int]:
        """The outcomes without `read`."""
        return {f.name: getattr(self, f.name) for f in fields(Counts) if f.name != "read"}

    @property
    def adds_up(self) -> bool:
        """Whether every row read has one outcome."""
        return sum(self.parts.values()) == self.read

    @property
    def stored(self) -> int:
        """Rows that are new in the warehouse."""
        return self.kept + self.podcast + self.audiobook + self.video

    def to_dict(self) -> dict[str, int]:
        """Return the counts by name, `read` first."""
        return {"read": self.read, **self.parts}


@dataclass(frozen=True)
class FileReceipt:
    """What became of one file. Times are UTC; `problem` is None for a file that was read completely.

    known_twice: of the known rows, those that came twice in this import. plays, short: of the kept rows,
    those long enough to count as a play and the others. private: new rows of private sessions.
    """

    file_name: str
    package: str
    source: str
    form: str
    status: str
    counts: Counts = Counts()
    known_twice: int = 0
    plays: int = 0
    short: int = 0
    private: int = 0
    covered_from: datetime | None = None
    covered_to: datetime | None = None
    reasons: Counter[str] = field(default_factory=Counter)
    problem: str | None = None
    note: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the receipt as `--json` prints it; times in ISO 8601."""
        return {
            "file_name": self.file_name,
            "package": self.package,
            "source": self.source,
            "form": self.form,
            "status": self.status,
            "problem": self.problem,
            "note": self.note,
            **self.counts.to_dict(),
            "covered_from": self.covered_from.isoformat() if self.covered_from else None,
            "covered_to": self.covered_to.isoformat() if self.covered_to else None,
        }


NOTHING_KEPT = "nothing kept"


def nothing_kept(n_read: int, n_rejected: int, reasons: Counter[str]) -> str | None:
    """Say that not one row of a file could be used, and why; None where one could."""
    if not n_read or n_rejected < n_read:
        return None
    why = reasons.most_common(1)[0][0]
    rows = "its only row" if n_read == 1 else f"not one of its {n_read:,} rows"
    text = f"{rows} could be used: {why}" if n_read > 1 else f"{rows} could not be used: {why}"
    if "future" in why:
        text += f"; this machine's clock says {datetime.now(UTC):%Y-%m-%d}, which may be wrong"
    return text


@dataclass(frozen=True)
class PackageReceipt:
    """One path a person gave: the forms in it with their number of files, and what was not read in it."""

    name: str
    forms: Counter[tuple[str, str]]
    not_read: Counter[str]

    @property
    def sources(self) -> set[str]:
        """Return the sources of its files."""
        return {source for source, _ in self.forms}

    def to_dict(self) -> dict[str, Any]:
        """Return the package as `--json` prints it."""
        contents = [{"source": of, "form": form, "files": n} for (of, form), n in sorted(self.forms.items())]
        return {"name": self.name, "contents": contents, "not_read": dict(self.not_read)}


@dataclass(frozen=True)
class Aftermath:
    """What an import changed in the history as a whole.

    replaced: rows that give way since then, because a fuller source covers their time, by their source.
    closed_gaps: gaps of polling that it filled. open_gaps: those that are left, UTC, oldest first.
    strange: what makes it seem to be somebody else's, None where nothing does.
    """

    replaced: Counter[str] = field(default_factory=Counter)
    closed_gaps: int = 0
    open_gaps: tuple[tuple[datetime, datetime | None], ...] = ()
    strange: Strange | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return it as `--json` prints it; times in ISO 8601."""
        gaps = [[moment.isoformat() if moment else None for moment in gap] for gap in self.open_gaps]
        strange = asdict(self.strange) if self.strange else None
        counts = {"replaced": dict(self.replaced), "closed_gaps": self.closed_gaps}
        return counts | {"open_gaps": gaps, "strange": strange}


@dataclass(frozen=True)
class HistoryReceipt:
    """What one import of plays did. privacy, notes: what the reader of its source says on top."""

    run_id: str
    listener_id: str
    time_zone: str | None
    min_play_seconds: int
    min_play_share: float
    packages: tuple[PackageReceipt, ...]
    files: tuple[FileReceipt, ...]
    seconds: float
    after: Aftermath = Aftermath()
    privacy: str = ""
    notes: tuple[tuple[str, str], ...] = ()

    @property
    def total(self) -> Counts:
        """The counts of all files together."""
        return sum((file.counts for file in self.files), Counts())

    @property
    def reasons(self) -> Counter[str]:
        """Return how many rows were rejected for which reason."""
        return sum((file.reasons for file in self.files), Counter[str]())

    @property
    def problems(self) -> tuple[str, ...]:
        """One sentence for each file that could not be read completely."""
        return tuple(f"{file.file_name}: {file.problem}" for file in self.files if file.problem)

    @property
    def useless(self) -> tuple[str, ...]:
        """Those of the problems that say that nothing of a file was kept."""
        return tuple(
            f"{file.file_name}: {file.problem}" for file in self.files if file.status == NOTHING_KEPT
        )

    @property
    def is_complete(self) -> bool:
        """Whether every file was read to its end."""
        return not self.problems

    @property
    def covered(self) -> tuple[datetime, datetime] | None:
        """First and last end of a stream in these files, UTC."""
        starts = [file.covered_from for file in self.files if file.covered_from]
        ends = [file.covered_to for file in self.files if file.covered_to]
        return (min(starts), max(ends)) if starts and ends else None

    def summed(self, name: str) -> int:
        """Sum one of the whole-number fields of the file receipts."""
        return sum(getattr(file, name) for file in self.files)

    def to_dict(self) -> dict[str, Any]:
        """Return the receipt as `--json` prints it; times are UTC in ISO 8601."""
        first, last = self.covered or (None, None)
        return {
            "run_id": self.run_id,
            "listener_id": self.listener_id,
            "time_zone": self.time_zone,
            "seconds": round(self.seconds, 3),
            "is_complete": self.is_complete,
            "problems": list(self.problems),
            "adds_up": self.total.adds_up,
            "total": self.total.to_dict(),
            "known_twice": self.summed("known_twice"),
            "counted_as_plays": self.summed("plays"),
            "private_rows": self.summed("private"),
            "rejected_reasons": dict(self.reasons),
            "covered_from": first.isoformat() if first else None,
            "covered_to": last.isoformat() if last else None,
            **self.after.to_dict(),
            "packages": [package.to_dict() for package in self.packages],
            "files": [file.to_dict() for file in self.files],
        }
