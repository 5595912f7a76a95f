"""What became of audio features, as plain data."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from spotiflow.core.errors import SpotiflowError
from spotiflow.ingest.history.results import nothing_kept


@dataclass(frozen=True)
class FeatureCounts:
    """Rows of a table by what became of them.

    new: tracks this provider said nothing of before. changed: stored values that are others now. known: the
    same as stored, or told again further down in the same table.
    """

    new: int = 0
    changed: int = 0
    known: int = 0
    rejected: int = 0

    def __add__(self, other: FeatureCounts) -> FeatureCounts:
        """Add outcome by outcome."""
        return FeatureCounts(
            self.new + other.new,
            self.changed + other.changed,
            self.known + other.known,
            self.rejected + other.rejected,
        )

    @property
    def read(self) -> int:
        """All rows."""
        return self.new + self.changed + self.known + self.rejected

    @property
    def stored(self) -> int:
        """Rows that were written."""
        return self.new + self.changed


@dataclass(frozen=True)
class Coverage:
    """How much of the music heard has measured features of some provider or the catalogue."""

    tracks: int
    measured_tracks: int
    rows: int
    measured_rows: int

    @property
    def sentence(self) -> str:
        """The same in words."""
        if not self.tracks:
            return "no music with track ids is stored yet"
        tracks, rows = self.measured_tracks / self.tracks, self.measured_rows / self.rows
        return (
            f"{self.measured_tracks:,} of {self.tracks:,} tracks heard are measured ({tracks:.0%}), "
            f"{rows:.0%} of the rows of history"
        )


@dataclass(frozen=True)
class FeatureFile:
    """What became of one table. left_out: values that could not be used, of rows that were kept otherwise."""

    file_name: str
    counts: FeatureCounts
    reasons: Counter[str]
    left_out: Counter[str] = field(default_factory=Counter)

    @property
    def problem(self) -> str | None:
        """Why nothing of the table could be used, None where something could."""
        return nothing_kept(self.counts.read, self.counts.rejected, self.reasons)


@dataclass(frozen=True)
class FeatureReceipt:
    """What one import of tables did."""

    run_id: str
    files: tuple[FeatureFile, ...]
    coverage: Coverage
    seconds: float

    @property
    def total(self) -> FeatureCounts:
        """The counts of all files together."""
        return sum((file.counts for file in self.files), FeatureCounts())

    @property
    def reasons(self) -> Counter[str]:
        """Return how many rows were rejected for which reason."""
        return sum((file.reasons for file in self.files), Counter[str]())

    @property
    def left_out(self) -> Counter[str]:
        """Return how many values were left out for which reason."""
        return sum((file.left_out for file in self.files), Counter[str]())

    @property
    def problems(self) -> tuple[str, ...]:
        """One sentence for each table of which nothing could be used."""
        return tuple(f"{file.file_name}: {file.problem}" for file in self.files if file.problem)

    @property
    def useless(self) -> tuple[str, ...]:
        """Those of the problems that say that nothing of a file was kept: all of them."""
        return self.problems

    def to_dict(self) -> dict[str, Any]:
        """Return the receipt as `--json` prints it."""
        return {
            "run_id": self.run_id,
            "problems": list(self.problems),
            "left_out": dict(self.left_out),
            "total": {"read": self.total.read, **asdict(self.total)},
            "rejected_reasons": dict(self.reasons),
            "files": [
                {"file_name": file.file_name, "read": file.counts.read, **asdict(file.counts)}
                for file in self.files
            ],
            "coverage": asdict(self.coverage),
            "seconds": round(self.seconds, 3),
        }


@dataclass
class FetchReceipt:
    """What a provider was asked and gave. `left`: tracks not asked for; `postponed`: why, if not by choice.

    unusable: tracks of which the provider gave values no feature can have; they count as missing.
    """

    provider: str
    wanted: int
    found_by_id: int = 0
    found_by_isrc: int = 0
    missing: int = 0
    unusable: int = 0
    calls: int = 0
    coverage: Coverage | None = None
    seconds: float = 0.0
    postponed: SpotiflowError | None = None

    @property
    def left(self) -> int:
        """Tracks that were not asked for."""
        return self.wanted - self.found_by_id - self.found_by_isrc - self.missing

    def to_dict(self) -> dict[str, Any]:
        """Return the receipt as `--json` prints it."""
        return {
            "provider": self.provider,
            "wanted": self.wanted,
            "found_by_id": self.found_by_id,
            "found_by_isrc": self.found_by_isrc,
            "missing": self.missing,
            "unusable": self.unusable,
            "left": self.left,
            "calls": self.calls,
            "coverage": asdict(self.coverage) if self.coverage else None,
            "seconds": round(self.seconds, 3),
            "postponed": self.postponed.to_dict() if self.postponed else None,
        }
