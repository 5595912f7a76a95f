"""Mood of the music as bars with intervals."""

from __future__ import annotations

from rich.text import Text

from spotiflow.core import words
from spotiflow.report.drawing.canvas import ACCENT, QUIET, Canvas
from spotiflow.report.sections.mood import LABELS, Mood, Zone

LABEL_WIDTH = 17
SHARE_WIDTH = 8
RANGE_WIDTH = 14
WIDTH = 54


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
