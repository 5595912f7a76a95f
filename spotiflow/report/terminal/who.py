"""The first lines: who and when."""

from __future__ import annotations

from rich.text import Text

from spotiflow.core import words
from spotiflow.report.drawing.canvas import (
    ACCENT,
    QUIET,
    WARNING,
    Canvas,
)
from spotiflow.report.sections.who import Who


def draw(who: Who, canvas: Canvas, simulated: str, about: str = "") -> list[Text]:
    """Return the first lines; `simulated` names what is simulated, `about` the period, or nothing."""
    name = words.shortened(who.listener_id, words.LONGEST_NAME, canvas.marks.ellipsis)
    warning = f"  SIMULATED {simulated}: invented" if simulated else ""
    period = f"  {about}" if about else ""
    head = ("Listening report  ", f"bold {ACCENT}")
    title = canvas.line(head, (name, "bold"), (period, "bold"), (warning, WARNING))
    if not who.plays:
        return [title, canvas.line(("No plays yet.", QUIET))]
    return [title, *(line for parts in _facts(who) for line in canvas.joined(parts))]


def _facts(who: Who) -> list[list[str]]:
    known = [f"length known for {words.share(who.ms_played_share)} of plays"] if who.ms_played_share else []
    return [
        [
            words.counted(who.plays, "play"),
            words.listened(who.minutes),
            words.counted(who.artists, "artist"),
            words.counted(who.tracks, "track"),
            words.counted(who.sessions, "session"),
            *known,
        ],
        [
            f"{words.day(who.first_date)} to {words.day(who.last_date)}",
            f"{words.counted(who.active_days, 'day')} with plays",
            *_too_long(who.days_over_24_hours),
            f"history: {who.complete_days:,} complete, {who.partial_days:,} partial, "
            f"{who.missing_days:,} missing days",
            *_left_out(who.unknown_days),
        ],
    ]


def _too_long(days: int) -> list[str]:
    return [f"{words.counted(days, 'day')} over 24 h (two devices at once)"] if days else []


def _left_out(unknown_days: int) -> list[str]:
    """The days of silences that are not believed, lest anybody take them for days without music."""
    return [f"{words.counted(unknown_days, 'unknown day')}, in no average or trend"] if unknown_days else []
