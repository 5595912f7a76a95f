"""Mood of the music (not of the listener): shares of the mood categories among measured plays."""

from __future__ import annotations

from dataclasses import dataclass

from spotiflow.report.gold.queries import MOOD, Gold

LABELS = {
    "Happy_Energetic": "happy, energetic",
    "Happy_Calm": "happy, calm",
    "Neutral": "in between",
    "Sad_Energetic": "sad, energetic",
    "Sad_Calm": "sad, calm",
}


@dataclass(frozen=True)
class Zone:
    """One mood category: its share 0..1 of measured plays, with a 95 % interval over sessions."""

    mood_category: str
    share: float | None
    ci_low: float | None
    ci_high: float | None
    plays: int


@dataclass(frozen=True)
class Mood:
    """The mood categories of one listener's measured plays."""

    source: tuple[str, ...]
    zones: tuple[Zone, ...]
    n_measured: int
    measured_share: float | None
    reason: str | None


def load(gold: Gold, listener: str) -> Mood:
    """Read the five categories."""
    rows = gold.rows(MOOD, listener=listener)
    order = list(LABELS)
    rows.sort(key=lambda row: order.index(row["mood_category"]))
    fields = Zone.__dataclass_fields__
    head = rows[0] if rows else {"n_measured": 0, "measured_share": None, "reason": None}
    return Mood(
        MOOD.tables,
        tuple(Zone(**{name: row[name] for name in fields}) for row in rows),
        head["n_measured"],
        head["measured_share"],
        head["reason"],
    )
