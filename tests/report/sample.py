"""A report that fills every line it can: long names, a long history, all sections, long verdicts."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

from rich.console import Console

from spotiflow.report.sections.clock import Clock
from spotiflow.report.sections.findings import Finding
from spotiflow.report.sections.genres import Genre, Genres
from spotiflow.report.sections.habits import (
    Comeback,
    Habits,
    NewTracks,
    Obsession,
    Skips,
    Spoken,
    Streak,
)
from spotiflow.report.sections.models import Model, Models
from spotiflow.report.sections.mood import LABELS, Mood, Zone
from spotiflow.report.sections.ranking import Entry, Ranking
from spotiflow.report.sections.report import Report
from spotiflow.report.sections.sources import FeatureSource, Sources
from spotiflow.report.sections.who import Who
from spotiflow.report.sections.years import Year, Years
from spotiflow.report.terminal.page import Page

LONG = "A name that does not end although it should have ended well before this point [bold]"
WIDE = "日本語の長い題名が続くとても長い曲名" * 3
FROM = ("a_gold_table",)


def _ranking(title: str, artist: str | None) -> Ranking:
    names = (LONG, WIDE, "café", "line\nbreak", "\x1b[31mred\u202e")
    entries = [Entry(i, name, artist, 123_456 // i, 987_654.0 / i) for i, name in enumerate(names, start=1)]
    return Ranking(title, FROM, tuple(entries))


def _model(name: str, baseline: str, baseline_value: float) -> Model:
    return Model(
        name,
        "catalogue",
        "artist_grouped_test",
        "r2",
        0.54,
        14_210,
        0.52,
        0.56,
        baseline,
        baseline_value,
        0.33,
    )


def full_report() -> Report:
    """Return the fullest report there can be."""
    text = (
        "An even longer sentence about a listening habit than any of ours, with figures 12 % (10 to 14 %), "
        * 2
    )
    return Report(
        who=Who(
            FROM,
            "a-listener-with-a-rather-long-name",
            True,
            1_234_567,
            4_321_000.0,
            0.98,
            123_456,
            34_567,
            45_678,
            6_543,
            6_000,
            500,
            1_234,
            43,
            0.24,
            "ended_early",
            date(2006, 1, 2),
            date(2026, 11, 12),
            12,
        ),
        findings=tuple(Finding(f"finding_{i}", FROM, text[:180], {"share": 0.12}, 1_000) for i in range(3)),
        rankings=(_ranking("Top artists", None), _ranking("Top albums", LONG), _ranking("Top tracks", WIDE)),
        clock=Clock(FROM, tuple(tuple((day * 24 + hour) * 11 for hour in range(24)) for day in range(7))),
        years=Years(
            FROM,
            tuple(Year(2006 + i, 50_000 + i, 200_000.0 + i, 300 + i) for i in range(21)),
            date(2006, 2, 2),
            date(2026, 11, 12),
        ),
        genres=Genres(FROM, tuple(Genre(LONG, 900 - i, 0.2 - i / 100) for i in range(5)), 0.24),
        habits=Habits(
            FROM,
            (
                Skips("ended_early", 0.48, 0.47, 0.49, 1_500_000),
                Skips("under_30_seconds", 0.35, 0.34, 0.36, 1_500_000),
            ),
            NewTracks(12_345, 23_456, 0.526, 12),
            Streak(1_234, date(2020, 1, 1), date(2023, 5, 18)),
            Streak(234, date(2026, 3, 24), date(2026, 11, 12)),
            Comeback(LONG, LONG, 3_210, date(2024, 5, 1)),
            Obsession(WIDE, WIDE, 321, date(2024, 5, 6)),
            (Spoken("episode", 123_456.0, 4_321), Spoken("audiobook", 98_765.0, 1_234)),
        ),
        mood=Mood(
            FROM, tuple(Zone(name, 0.095, 0.084, 0.097, 12_345) for name in LABELS), 123_456, 1.0, None
        ),
        sources=Sources(
            FROM,
            tuple(
                FeatureSource(name, 1_234_567, 123_456, 0.25)
                for name in ("real", "kaggle", "synthetic", "unknown")
            ),
            114_000,
            True,
        ),
        models=Models(
            FROM,
            (
                _model("valence_audio", "mean_of_the_genre", 0.53),
                _model("energy_audio", "mean_of_the_genre", 0.6),
                _model("mood_category", "most_frequent", 0.1),
            ),
        ),
    )


def printed(report: Report, width: int = 100, encoding: str = "utf-8") -> str:
    """Return what a pipe receives: no terminal, the given width and encoding."""
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    Console(file=out, width=width).print(Page(report))
    out.flush()
    raw = out.buffer.getvalue()
    return str(raw.decode(encoding))


def without_plays(report: Report) -> Report:
    """Return the report of somebody who has none."""
    return replace(report, who=replace(report.who, plays=0), findings=())
