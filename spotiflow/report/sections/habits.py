"""Habits: skips with their definition, new tracks, streaks, comebacks, repeats, podcasts, audiobooks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from rich.text import Text

from spotiflow.report.drawing import words
from spotiflow.report.drawing.canvas import QUIET, Canvas
from spotiflow.report.gold.queries import (
    COMEBACK,
    CURRENT_STREAK,
    LONGEST_STREAK,
    NEW_TRACKS,
    OBSESSION,
    SETTLED_DAYS,
    SKIPS,
    SPOKEN,
    Gold,
)

LABEL_WIDTH = 10
KINDS = {"episode": "podcasts", "audiobook": "audiobooks"}
DEFINITIONS = {
    "ended_early": "were ended early, as the player noted",
    "under_30_seconds": "were shorter than 30 s",
}


@dataclass(frozen=True)
class Skips:
    """Share of music streams that count as skipped under one definition, with its 95 % interval."""

    definition: str
    skip_share: float | None
    ci_low: float | None
    ci_high: float | None
    n: int


@dataclass(frozen=True)
class NewTracks:
    """New tracks among the different tracks of each month, added up over the last months."""

    new_tracks: int
    tracks: int
    share: float
    months: int


@dataclass(frozen=True)
class Streak:
    """Days in a row with plays."""

    days: int
    started_date: date
    ended_date: date


@dataclass(frozen=True)
class Comeback:
    """The track that came back after the longest pause."""

    name: str | None
    artist: str | None
    days: int
    month: date


@dataclass(frozen=True)
class Obsession:
    """The most plays of one track within seven days."""

    name: str | None
    artist: str | None
    plays: int
    week_end: date


@dataclass(frozen=True)
class Spoken:
    """Podcasts (content_type episode) or audiobooks: time and streams, however short."""

    content_type: str
    minutes: float
    streams: int


@dataclass(frozen=True)
class Habits:
    """All habits; None where the history is too short for one."""

    source: tuple[str, ...]
    skips: tuple[Skips, ...]
    new_tracks: NewTracks | None
    longest_streak: Streak | None
    current_streak_days: int | None
    comeback: Comeback | None
    obsession: Obsession | None
    spoken: tuple[Spoken, ...]


def load(gold: Gold, listener: str) -> Habits:
    """Read the habits."""
    current = gold.first(CURRENT_STREAK, listener=listener)
    return Habits(
        source=SKIPS.tables + NEW_TRACKS.tables + LONGEST_STREAK.tables + SPOKEN.tables,
        skips=tuple(Skips(**row) for row in gold.rows(SKIPS, listener=listener)),
        new_tracks=_one(NewTracks, gold.first(NEW_TRACKS, listener=listener)),
        longest_streak=_one(Streak, gold.first(LONGEST_STREAK, listener=listener)),
        current_streak_days=current["days"] if current else None,
        comeback=_one(Comeback, gold.first(COMEBACK, listener=listener)),
        obsession=_one(Obsession, gold.first(OBSESSION, listener=listener)),
        spoken=tuple(Spoken(**row) for row in gold.rows(SPOKEN, listener=listener)),
    )


def _one(kind: Any, row: dict[str, Any] | None) -> Any:
    return kind(**row) if row else None


def draw(habits: Habits, canvas: Canvas, of_period: bool = False) -> list[Text]:
    """Return a labelled line per habit; skips are counted by the year, which a period need not be."""
    lines = [canvas.heading("Habits")]
    if of_period and not habits.skips:
        lines += _labelled(canvas, "skips", "counted over calendar years: spotiflow report year YYYY")
    for skips in habits.skips:
        lines += _labelled(canvas, "skips", _skips(skips))
    lines += _labelled(canvas, "new", _new(habits.new_tracks))
    if habits.longest_streak:
        lines += _labelled(canvas, "streak", _streak(habits.longest_streak, habits.current_streak_days))
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


def _streak(longest: Streak, current: int | None) -> str:
    between = f" from {words.day(longest.started_date)} to {words.day(longest.ended_date)}"
    text = f"{words.counted(longest.days, 'day')} in a row{between}"
    if current == longest.days:
        return f"{text}, still going"
    return f"{text}; the current one is {words.counted(current, 'day')}" if current else text


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
        f"{KINDS[spoken.content_type]} {words.hours(spoken.minutes)} in "
        f"{words.counted(spoken.streams, 'stream')}"
    )
