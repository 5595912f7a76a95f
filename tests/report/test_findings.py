"""A finding speaks only where its gate holds: sessions at the weekend, with gold as the build makes it."""

from __future__ import annotations

import duckdb
import pytest

from spotiflow.report.gold.queries import Gold
from spotiflow.report.sections import findings
from spotiflow.report.sections.findings import Finding
from tests.report.recomputed import Recomputed
from tests.report.recomputed_findings import RecomputedFindings
from tests.report.sample import full_report

REPORT = full_report()


def gold(difference: float, q_value: float | None) -> duckdb.DuckDBPyConnection:
    """Eight sessions whose minutes differ by so much at the weekend, and the table that says so."""
    db = duckdb.connect()
    db.execute("create schema gold; set search_path = 'gold'")
    db.execute(
        """create table gold.weekend_vs_weekday as select 'me' as listener_id, unnest(['minutes', 'energy'])
        as metric, 40.0 + $difference as mean_weekend, 40.0 as mean_weekday, $difference as difference,
        $difference - 5.0 as ci_low, $difference + 5.0 as ci_high, $q_value as q_value, 4 as n_weekend,
        4 as n_weekday""",
        {"difference": difference, "q_value": q_value},
    )
    db.execute(
        """create table gold.listening_sessions as select 'me' as listener_id, i % 2 = 0 as is_weekend,
        40.0 + case when i % 2 = 0 then $difference else 0 end + case when i < 4 then -1 else 1 end as minutes
        from range(8) as sessions(i)""",
        {"difference": difference},
    )
    return db


def found(db: duckdb.DuckDBPyConnection) -> Finding | None:
    person = REPORT.who
    shown = findings.load(Gold(db), person.__class__(**(vars(person) | {"listener_id": "me"})))
    return next((finding for finding in shown if finding.key == "weekend"), None)


@pytest.mark.parametrize(("difference", "words"), [(12.0, "12.0 minutes more"), (-12.0, "12.0 minutes less")])
def test_a_difference_of_the_weekend_is_said_with_its_interval(difference: float, words: str) -> None:
    db = gold(difference, 0.01)
    finding = found(db)
    assert finding is not None
    assert f"{words} (7.0 to 17.0) than on a weekday" in finding.text
    expected = RecomputedFindings(Recomputed(db, "me")).finding("weekend")
    assert finding.figures == pytest.approx(expected["figures"])
    assert finding.n == expected["n"] == 8


@pytest.mark.parametrize("q_value", [0.05, 0.4, None])
def test_what_chance_may_give_is_not_said(q_value: float | None) -> None:
    assert found(gold(12.0, q_value)) is None
