"""Mood of the music (not of the listener): shares of the mood categories among measured plays."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text

from spotiflow.report.drawing import words
from spotiflow.report.drawing.canvas import ACCENT, QUIET, Canvas
from spotiflow.report.gold.queries import MOOD, Gold

LABELS = {
    "Happy_Energetic": "happy, energetic",
    "Happy_Calm": "happy, calm",
    "Neutral": "in between",
    "Sad_Energetic": "sad, energetic",
    "Sad_Calm": "sad, calm",
}
LABEL_WIDTH = 17
SHARE_WIDTH = 8
RANGE_WIDTH = 14
WIDTH = 54


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


def draw(mood: Mood, canvas: Canvas) -> list[Text]:
    """Return a bar per category; the headline says how much of the listening was measured."""
    measured = f"{words.share(mood.measured_share)} measured" if mood.n_measured else "not measured"
    lines = [canvas.heading("Mood of the music, not you", measured)]
    if not mood.n_measured:
        return lines + canvas.wrapped("No play has measured audio features, so nothing is said here.", QUIET)
    lines += [_zone(zone, canvas) for zone in mood.zones]
    note = mood.reason or "95 % intervals over sessions"
    return [*lines, *canvas.wrapped(f"{words.counted(mood.n_measured, 'measured play')}; {note}", QUIET)]


def _zone(zone: Zone, canvas: Canvas) -> Text:
    room = canvas.width - LABEL_WIDTH - SHARE_WIDTH - RANGE_WIDTH
    between = words.share_range(zone.ci_low, zone.ci_high)
    return canvas.line(
        LABELS[zone.mood_category].ljust(LABEL_WIDTH),
        (canvas.bar(zone.share or 0, room), ACCENT),
        f"{words.share(zone.share):>{SHARE_WIDTH}}",
        (f"{between:>{RANGE_WIDTH}}", QUIET),
    )
