"""Habits as labelled lines."""

from __future__ import annotations

from rich.text import Text

from spotiflow.core import words
from spotiflow.report.drawing.canvas import QUIET, Canvas
from spotiflow.report.gold.queries import (
    SETTLED_DAYS,
)
from spotiflow.report.sections.habits import Comeback, Habits, NewTracks, Obsession, Skips, Spoken, Streak

LABEL_WIDTH = 10
KINDS = {"episode": "podcasts", "audiobook": "audiobooks"}
DEFINITIONS = {
    "ended_early": "were ended early, as the player noted",
    "under_30_seconds": "were shorter than 30 s",
}


def draw(habits: Habits, canvas: Canvas, of_period: bool = False) -> list[Text]:
    """Return a labelled line per habit; skips are counted by the year, which a period need not be."""
    lines = [canvas.heading("Habits")]
    if of_period and not habits.skips:
        lines += _labelled(canvas, "skips", "counted over calendar years: spotiflow report year YYYY")
    for skips in habits.skips:
        lines += _labelled(canvas, "skips", _skips(skips))
    lines += _labelled(canvas, "new", _new(habits.new_tracks))
    if habits.longest_streak:
        lines += _labelled(canvas, "streak", _streak(habits.longest_streak, habits.current_streak))
    if habits.comeback:
        lines += _labelled(canvas, "comeback", _comeback(habits.comeback, canvas.marks.ellipsis))
    if habits.obsession:
        lines += _labelled(canvas, "repeat", _obsession(habits.obsession, canvas.marks.ellipsis))
    if habits.spoken:
        lines += _labelled(canvas, "spoken", "; ".join(map(_spoken, habits.spoken)))
    return lines


def _labelled(canvas: Canvas, label: str, text: str) -> list[Text]:
    lines = canvas.narrowed(canvas.width - LABEL_WIDTH).wrapped(text)
    return [
        canvas.line(((label if n == 0 else "").ljust(LABEL_WIDTH), QUIET), line.plain)
        for n, line in enumerate(lines)
    ]


def _skips(skips: Skips) -> str:
    return (
        f"{words.share(skips.skip_share)}{words.share_interval(skips.ci_low, skips.ci_high)} of "
        f"{words.counted(skips.n, 'stream')} {DEFINITIONS.get(skips.definition, skips.definition)}"
    )


def _new(new: NewTracks | None) -> str:
    if new is None:
        return f"too early to say: everything is new in the first {SETTLED_DAYS} days of a history"
    months = "month" if new.months == 1 else f"{new.months} months"
    return (
        f"{words.share(new.share)} of the tracks of a month are new to this history "
        f"(last {months}: {new.new_tracks:,} of {new.tracks:,})"
    )


def _streak(longest: Streak, current: Streak | None) -> str:
    """Whether a streak still goes on nobody knows: it reaches the end of the data, which has a date."""
    between = f" from {words.day(longest.started_date)} to {words.day(longest.ended_date)}"
    text = f"{words.counted(longest.days, 'day')} in a row{between}"
    if current is None:
        return text
    if current == longest:
        return f"{text}, where the data ends"
    return f"{text}; {current.days:,} where the data ends ({current.ended_date})"


def _comeback(comeback: Comeback, ellipsis: str) -> str:
    song = words.song(comeback.name, comeback.artist, ellipsis)
    return f"{song}, back after {words.counted(comeback.days, 'day')} ({comeback.month:%Y-%m})"


def _obsession(obsession: Obsession, ellipsis: str) -> str:
    song = words.song(obsession.name, obsession.artist, ellipsis)
    return (
        f"{song}, {words.counted(obsession.plays, 'play')} in seven days to {words.day(obsession.week_end)}"
    )


def _spoken(spoken: Spoken) -> str:
    return (
        f"{KINDS[spoken.content_type]} {words.listened(spoken.minutes)} in "
        f"{words.counted(spoken.streams, 'stream')}"
    )
