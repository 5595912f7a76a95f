"""Habits: skips with their definition, new tracks, streaks, comebacks, repeats, podcasts, audiobooks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from spotiflow.report.gold.queries import (
    COMEBACK,
    CURRENT_STREAK,
    LONGEST_STREAK,
    NEW_TRACKS,
    OBSESSION,
    SKIPS,
    SPOKEN,
    Gold,
)


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
    minutes: float | None
    streams: int


@dataclass(frozen=True)
class Habits:
    """All habits; None where the history is too short for one.

    current_streak: the one that reaches the end of the data, which need not be today.
    """

    source: tuple[str, ...]
    skips: tuple[Skips, ...]
    new_tracks: NewTracks | None
    longest_streak: Streak | None
    current_streak: Streak | None
    comeback: Comeback | None
    obsession: Obsession | None
    spoken: tuple[Spoken, ...]


def load(gold: Gold, listener: str) -> Habits:
    """Read the habits."""
    return Habits(
        source=SKIPS.tables + NEW_TRACKS.tables + LONGEST_STREAK.tables + SPOKEN.tables,
        skips=tuple(Skips(**row) for row in gold.rows(SKIPS, listener=listener)),
        new_tracks=_one(NewTracks, gold.first(NEW_TRACKS, listener=listener)),
        longest_streak=_one(Streak, gold.first(LONGEST_STREAK, listener=listener)),
        current_streak=_one(Streak, gold.first(CURRENT_STREAK, listener=listener)),
        comeback=_one(Comeback, gold.first(COMEBACK, listener=listener)),
        obsession=_one(Obsession, gold.first(OBSESSION, listener=listener)),
        spoken=tuple(Spoken(**row) for row in gold.rows(SPOKEN, listener=listener)),
    )


def _one(kind: Any, row: dict[str, Any] | None) -> Any:
    return kind(**row) if row else None
