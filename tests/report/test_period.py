"""A part of a history: what is written, what is counted in it, and what is said where there is nothing."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from spotiflow.core.errors import NotFoundError, UsageError
from spotiflow.core.settings import Settings, load_settings
from spotiflow.report.gold.period import (
    Period,
    between,
    of_year,
    one_day,
)
from spotiflow.report.sections.report import build_report
from spotiflow.warehouse.database import open_warehouse
from tests.dbt.project import build_dbt
from tests.report.conftest import PLAYS
from tests.report.recomputed_findings import Answers
from tests.report.sample import printed
from tests.report.test_numbers import flat
from tests.report.test_printed import check_numbers

EVER = Period(date(1, 1, 1), None)


@pytest.fixture(scope="module")
def demo(demo_output: tuple[Path, str]) -> Settings:
    """The demo's home, for reading only."""
    return load_settings(home=demo_output[0], lock_wait_seconds=5.0)


@pytest.mark.parametrize(
    ("since", "until", "period"),
    [
        (None, None, None),
        ("2025", None, Period(date(2025, 1, 1))),
        (None, "2025", Period(None, date(2025, 12, 31))),
        ("2024-02", "2024-02", Period(date(2024, 2, 1), date(2024, 2, 29))),
        (" 2025-05-17", "2025-05-17", Period(date(2025, 5, 17), date(2025, 5, 17))),
    ],
)
def test_days_months_and_years_are_understood(
    since: str | None, until: str | None, period: Period | None
) -> None:
    assert between(since, until) == period


@pytest.mark.parametrize("text", ["", "yesterday", "2025-13", "2025-02-30", "25-01-01", "2025-1-1-1", "0000"])
def test_what_is_no_day_is_one_sentence(text: str) -> None:
    for wrong in (lambda: between(text, None), lambda: between(None, text), lambda: one_day(text, "--date")):
        with pytest.raises(UsageError, match="is no day of the calendar") as raised:
            wrong()
        assert "2025-05-17" in raised.value.hint


def test_a_period_that_ends_before_it_begins_is_one_sentence() -> None:
    with pytest.raises(UsageError, match=r"ends \(2025-01-31\) before it begins \(2025-02-01\)"):
        between("2025-02", "2025-01")


def test_a_date_is_a_whole_one() -> None:
    assert one_day("2025-05-17", "--date") == date(2025, 5, 17)
    with pytest.raises(UsageError):
        one_day("2025-05", "--date")


def test_periods_in_words() -> None:
    periods = [of_year(2025), Period(date(2025, 1, 1)), Period(None, date(2025, 1, 1))]
    assert [str(period) for period in periods] == ["2025", "since 2025-01-01", "until 2025-01-01"]
    assert str(Period(date(2025, 1, 1), date(2025, 1, 2))) == "2025-01-01 to 2025-01-02"
    assert [period.year for period in periods] == [2025, None, None]


def _same(settings: Settings, listener: str) -> None:
    """A period that holds everything tells the same as gold, counted another way."""
    whole = build_report(settings, listener)
    part = build_report(settings, listener, EVER)
    # Of these gold says nothing that can be counted within a period.
    habits = replace(whole.habits, skips=(), current_streak=None)
    keys = {finding.key for finding in part.findings}
    findings = [finding for finding in whole.findings if finding.key in keys]
    assert keys >= {finding.key for finding in findings} - {"skips_by_familiarity", "weekend"}
    for name, expected in {
        "who": whole.who,
        "rankings": whole.rankings,
        "clock": whole.clock,
        "years": whole.years,
        "genres": whole.genres,
        "habits": habits,
        "mood": whole.mood,
        "sources": whole.sources,
        "models": whole.models,
    }.items():
        found = getattr(part, name)
        assert _values(found) == pytest.approx(_values(expected), rel=1e-7), name
        assert _texts(found) == _texts(expected), name


def _leaves(section: Any) -> dict[str, Any]:
    return flat([asdict(item) for item in section] if isinstance(section, tuple) else asdict(section))


def _values(section: Any) -> dict[str, float]:
    return {key: value for key, value in _leaves(section).items() if isinstance(value, float)}


def _texts(section: Any) -> dict[str, Any]:
    return {key: value for key, value in _leaves(section).items() if not isinstance(value, float)}


@pytest.mark.slow
@pytest.mark.parametrize("listener", [name for name, n in PLAYS.items() if n])
def test_everything_as_a_period_is_everything(small_warehouse: Settings, listener: str) -> None:
    _same(small_warehouse, listener)


@pytest.mark.slow
def test_everything_as_a_period_is_everything_in_a_long_history(demo: Settings) -> None:
    _same(demo, "demo")


@pytest.mark.slow
def test_a_period_counts_by_the_vars_of_the_build(demo_warehouse: Settings) -> None:
    before = build_report(demo_warehouse, "demo", EVER)
    assert any(zone.ci_low is not None for zone in before.mood.zones)
    assert before.habits.comeback is not None
    longest = before.habits.comeback.days
    build_dbt(
        demo_warehouse.home,
        "--select",
        "mood_category_shares",
        "discovery_and_repeat",
        variables={"gate_interval_sessions": 100_000, "comeback_days": longest + 1},
    )
    _same(demo_warehouse, "demo")
    after = build_report(demo_warehouse, "demo", EVER)
    assert after.mood.reason is not None
    assert after.mood.reason.startswith("needs 100000 sessions")
    assert after.habits.comeback is None


@pytest.mark.slow
def test_a_file_of_an_older_build_says_to_build_again(demo_warehouse: Settings) -> None:
    with open_warehouse(demo_warehouse) as db:
        db.execute("drop macro gold.is_comeback")
    assert build_report(demo_warehouse, "demo").who.plays
    with pytest.raises(NotFoundError, match="older spotiflow") as raised:
        build_report(demo_warehouse, "demo", EVER)
    assert "spotiflow build" in raised.value.hint


@pytest.mark.slow
def test_a_quarter_is_that_of_gold(demo: Settings) -> None:
    report = build_report(demo, "demo", Period(date(2026, 1, 1), date(2026, 3, 31)))
    with open_warehouse(demo, read_only=True) as db:
        ask = Answers(db, "demo")
        within = "where listener_id = $me and date between date '2026-01-01' and date '2026-03-31'"
        plays, minutes, days = ask.row(
            f"""select sum(total_plays), sum(minutes), count(*) from temporal_trends {within}
            and total_plays > 0"""
        )
        states: dict[str, int] = dict(
            ask.rows(f"select state, count(*) from history_completeness {within} group by 1")
        )
        assert (report.who.plays, report.who.active_days) == (plays, days)
        assert report.who.minutes == pytest.approx(minutes)
        assert (report.who.complete_days, report.who.missing_days) == (
            states.get("complete", 0),
            states.get("missing", 0),
        )
        assert sum(map(sum, report.clock.cells)) == plays
        for kind, ranking in zip(("artist", "album", "track"), report.rankings, strict=True):
            expected = ask.rows(
                f"""select rank, {kind}_name, plays, minutes from top_{kind}s
                where listener_id = $me and period_kind = 'quarter' and period_start = date '2026-01-01'
                and rank <= 5 order by rank"""
            )
            assert [(e.rank, e.name, e.plays, e.minutes) for e in ranking.entries] == expected
        genres = ask.rows(
            """select track_genre, plays, share from genre_mix where listener_id = $me
            and period_kind = 'quarter' and period_start = date '2026-01-01' and rank <= 5 order by rank"""
        )
        assert [genre.genre for genre in report.genres.genres] == [row[0] for row in genres]
        # Plays of a genre are sums of parts, which end differently in the last bits.
        assert [genre.plays for genre in report.genres.genres] == pytest.approx([row[1] for row in genres])
        assert report.months is not None
        assert [(row.month, row.plays) for row in report.months.months] == ask.rows(
            f"""select date_trunc('month', date)::date, sum(total_plays)::bigint from temporal_trends {within}
            group by 1 having sum(total_plays) > 0 order by 1"""
        )
        longest = max(
            len(run)
            for run in _runs([row[0] for row in ask.rows(f"select date from temporal_trends {within} "
                                                         "and total_plays > 0 order by date")])
        )  # fmt: skip
        assert report.habits.longest_streak is not None
        assert report.habits.longest_streak.days == longest


def _runs(days: list[date]) -> list[list[date]]:
    runs: list[list[date]] = []
    for day in days:
        if runs and (day - runs[-1][-1]).days == 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


@pytest.mark.slow
def test_a_year_is_that_of_the_review_with_its_skips(demo: Settings) -> None:
    report = build_report(demo, "demo", of_year(2026))
    assert report.review is not None
    with open_warehouse(demo, read_only=True) as db:
        ask = Answers(db, "demo")
        expected = {
            row[0]: row[1:]
            for row in ask.rows(
                "select item, value, text from year_in_review where listener_id = $me and year = 2026"
            )
        }
        known = [
            ask.value(
                f"""select count(*) filter (where state <> 'missing' and state <> 'none')
                from history_completeness where listener_id = $me
                and date between date '{year}-01-01' and date '{year}-10-31'"""
            )
            for year in (2026, 2025)
        ]
        skips = ask.rows(
            """select definition, skips / n, ci_low, ci_high, n from skip_behaviour
            where listener_id = $me and dimension = 'year' and value = '2026' order by definition"""
        )
    assert {item.item: (item.value, item.text) for item in report.review.items} == {
        name: expected[name] for name in expected if not name.startswith("top_") or name == "top_genre"
    }
    assert [report.review.known.days, report.review.known_before.days] == known
    assert known[1] < 330
    assert all(item.before is None for item in report.review.items)
    assert [(s.definition, s.skip_share, s.ci_low, s.ci_high, s.n) for s in report.habits.skips] == skips
    assert report.who.plays == expected["plays"][0]
    text = printed(report)
    assert "no comparison: 2025 known for" in text
    assert "2026  SIMULATED" in text.splitlines()[0]
    check_numbers(report)


@pytest.mark.slow
@pytest.mark.parametrize("width", [80, 100, 120])
def test_a_part_fits_as_the_whole_does(demo: Settings, width: int) -> None:
    for period in (of_year(2026), Period(date(2026, 2, 1), date(2026, 2, 20))):
        lines = printed(build_report(demo, "demo", period), width).splitlines()
        assert max(map(len, lines)) <= min(width, 100)
        assert width < 100 or len(lines) <= 60


@pytest.mark.slow
def test_a_period_without_plays_names_the_history(small_warehouse: Settings) -> None:
    with pytest.raises(NotFoundError, match="no plays of 'beginner' in the period 1999") as raised:
        build_report(small_warehouse, "beginner", of_year(1999))
    assert "2025-03-01 to 2025-" in raised.value.hint
    with pytest.raises(NotFoundError, match="'nobody' has no plays at all") as raised:
        build_report(small_warehouse, "nobody", of_year(1999))
    assert "ingest export" in raised.value.hint


@pytest.mark.slow
def test_one_play_is_a_period_too(small_warehouse: Settings) -> None:
    text = printed(build_report(small_warehouse, "newcomer", of_year(2025)))
    assert "1 play" in text
    assert "nan" not in text.lower().split()
