"""What raw.kaggle_tracks holds, counted by SQL, and what a load did."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import duckdb

from spotiflow.core.audio import UNIT_FEATURES
from spotiflow.ingest.files.table_headers import FEATURES

TEXTS = ("track_id", "artists", "album_name", "track_name", "track_genre")
NUMBERS = ("popularity", "duration_ms", *FEATURES)
COLUMNS = (*TEXTS, "explicit", *NUMBERS)
WHOLE_NUMBERS = frozenset({"popularity", "duration_ms", "key", "mode", "time_signature"})

# Values a feature cannot have by Spotify's definition of it. Silent rows are counted on their own: Spotify
# writes 0 for tempo, danceability, valence, speechiness and time_signature where it heard no beat.
OUTLIERS = {
    **{name: f"{name} not between 0 and 1" for name in UNIT_FEATURES},
    "loudness": "loudness not between -60 and 0",
    "tempo": "tempo < 0 or tempo > 250",
    "time_signature": "tempo > 0 and time_signature not between 3 and 7",
    "key": "key not between 0 and 11",
    "mode": "mode not between 0 and 1",
    "popularity": "popularity not between 0 and 100",
    "duration_ms": "duration_ms <= 0 or duration_ms > 3600000",
}


@dataclass(frozen=True)
class Catalogue:
    """What the loaded catalogue holds.

    duplicates: rows that repeat an earlier row in every column. missing: empty values per column. silent:
    rows with tempo 0. outliers: per column, values that its definition rules out, and tracks over an hour.
    """

    rows: int
    tracks: int
    without_names: int
    without_id: int
    duplicates: int
    silent: int
    genres: int
    missing: dict[str, int]
    outliers: dict[str, int]


@dataclass(frozen=True)
class KaggleReceipt:
    """What a load did. rejected: rows not stored, with `reasons`; absent: columns the file does not have."""

    status: Literal["loaded", "replaced", "skipped"]
    run_id: str
    file_name: str
    sha256: str
    is_simulated: bool
    catalogue: Catalogue
    rejected: int
    seconds: float
    reasons: Counter[str] = field(default_factory=Counter)
    absent: tuple[str, ...] = ()

    @property
    def rows_read(self) -> int:
        """Rows of the file: stored and rejected ones."""
        return self.catalogue.rows + self.rejected

    def to_dict(self) -> dict[str, Any]:
        """Return the receipt as `--json` prints it."""
        return {
            "status": self.status,
            "run_id": self.run_id,
            "file_name": self.file_name,
            "sha256": self.sha256,
            "is_simulated": self.is_simulated,
            "rows_read": self.rows_read,
            **asdict(self.catalogue),
            "rejected": self.rejected,
            "rejected_reasons": dict(self.reasons),
            "absent_columns": list(self.absent),
            "seconds": round(self.seconds, 3),
        }


def describe_catalogue(db: duckdb.DuckDBPyConnection) -> Catalogue:
    """Count what raw.kaggle_tracks holds."""
    counts = {
        "rows": "count(*)",
        "tracks": "count(distinct track_id)",
        "without_names": "count(*) filter (where track_name is null or artists is null)",
        "without_id": "count(*) filter (where track_id is null)",
        "duplicates": f"count(*) - count(distinct hash({', '.join(COLUMNS)}))",
        "silent": "count(*) filter (where tempo = 0)",
        "genres": "count(distinct track_genre)",
        **{f"missing_{name}": f"count(*) filter (where {name} is null)" for name in COLUMNS},
        **{f"outlier_{name}": f"count(*) filter (where {rule})" for name, rule in OUTLIERS.items()},
    }
    row = db.execute(f"select {', '.join(counts.values())} from raw.kaggle_tracks").fetchone() or ()
    found: dict[str, int] = dict(zip(counts, row, strict=True))
    return Catalogue(
        **{name: n for name, n in found.items() if not name.startswith(("missing_", "outlier_"))},
        missing={name: found[f"missing_{name}"] for name in COLUMNS if found[f"missing_{name}"]},
        outliers={name: found[f"outlier_{name}"] for name in OUTLIERS if found[f"outlier_{name}"]},
    )
