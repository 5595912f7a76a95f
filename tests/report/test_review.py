"""A year beside the one before: the same days of both, and no comparison where one is hardly known."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from spotiflow.report.gold.queries import Gold
from spotiflow.report.sections import ranking, review
from spotiflow.report.sections.years import Years

NO_GAP = ("1999-01-01", "1999-01-01")


def gold(first: str, last: str, *, gap: tuple[str, str] = NO_GAP) -> Gold:
    """A play of one track a day in the year before, two a day in 2024; the days of `gap` are missing."""
    db = duckdb.connect()
    db.execute("create schema gold")
    db.execute(
        """create table gold.history_completeness as
        select 'me' as listener_id, cast(day as date) as date,
            case when day between $begin and $end then 'missing' else 'complete' end as state
        from unnest(generate_series($first::date, $last::date, interval 1 day)) as days(day)""",
        {"first": first, "last": last, "begin": gap[0], "end": gap[1]},
    )
    db.execute(
        """create table gold.listening_log as
        select listener_id, date, 'a' as track_id, 'Asa' as artist_name, 3.0 as minutes,
            case when year(date) = 2024 then 'Ay' end as album_name
        from gold.history_completeness, range(case when year(date) = 2024 then 2 else 1 end)
        where state = 'complete'"""
    )
    db.execute(
        """create table gold.year_in_review as select listener_id, year(date) as year, 'plays' as item,
        cast(count(*) as double) as value, null as text from gold.listening_log group by all"""
    )
    db.execute(
        """create table gold.top_albums as select 'me' as listener_id, 'all' as period_kind, 1 as rank,
        'Ay' as album_name, 'Asa' as artist_name, 1 as plays, 3.0 as minutes"""
    )
    return Gold(db)


def loaded(first: str, last: str, gap: tuple[str, str] = NO_GAP) -> review.Review:
    return review.load(gold(first, last, gap=gap), "me", 2024)


def test_a_year_that_goes_on_is_compared_up_to_the_same_day() -> None:
    found = loaded("2023-01-01", "2024-02-29")
    (plays,) = found.items
    assert (plays.value, plays.before) == (2 * 60, 31 + 28)
    assert found.comparison == "beside 2023, both up to 02-29"


def test_a_whole_year_is_beside_the_whole_one_before() -> None:
    found = loaded("2022-05-01", "2024-12-31")
    assert found.items[0].before == 365
    assert found.comparison == "beside 2023"


@pytest.mark.parametrize(
    ("first", "last", "gap", "words"),
    [
        ("2023-01-01", "2024-01-06", None, "no comparison: 2024 known for 6 of 6 days to 01-06"),
        ("2023-11-01", "2024-10-31", None, "no comparison: 2023 known for 0 of 304 days to 10-31"),
        ("2024-03-01", "2024-12-31", None, "the first year, from 2024-03-01 on"),
        (
            "2023-01-01",
            "2024-12-31",
            ("2024-03-01", "2024-09-30"),
            "no comparison: 2024 known for 152 of 366 days to 12-31",
        ),
    ],
)
def test_what_is_hardly_known_is_not_compared(
    first: str, last: str, gap: tuple[str, str] | None, words: str
) -> None:
    found = loaded(first, last, gap=gap or NO_GAP)
    assert found.items[0].before is None
    assert found.comparison == words


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (None, None, ""),
        (date(2023, 1, 3), date(2024, 12, 27), ""),
        (date(2023, 2, 1), date(2024, 12, 31), "2023 from 02-01"),
        (date(2023, 2, 1), date(2024, 6, 30), "2023 from 02-01, 2024 to 06-30"),
        (date(2024, 2, 1), date(2024, 6, 30), "2024 from 02-01 to 06-30"),
    ],
)
def test_years_that_are_not_whole_say_so(first: date | None, last: date | None, words: str) -> None:
    assert Years((), (), first, last).parts == words


def test_albums_are_ranked_only_where_most_are_known() -> None:
    for last, known in (("2024-06-30", 364 / 729), ("2024-07-01", 366 / 731)):
        albums = ranking.load(gold("2023-01-01", last), "me")[1]
        assert albums.known_share == pytest.approx(known)
        assert len(albums.entries) == (known >= 0.5)
