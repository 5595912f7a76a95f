"""Whose report it is, and what is said where there is nothing to report."""

from __future__ import annotations

import json
from dataclasses import replace

import duckdb
import pytest

from spotiflow.core.errors import NotFoundError, UsageError
from spotiflow.core.settings import Settings
from spotiflow.report.sections.report import build_report
from spotiflow.warehouse.database import open_warehouse
from tests.report.sample import printed


def _overview(settings: Settings, plays: dict[str, int]) -> None:
    """The table that says who there is, as the build makes it."""
    with open_warehouse(settings) as db:
        db.execute("create schema gold")
        db.execute(
            "create table gold.listening_overview (listener_id varchar, plays bigint, is_simulated boolean)"
        )
        for listener, n_plays in plays.items():
            db.execute("insert into gold.listening_overview values (?, ?, false)", [listener, n_plays])


def test_no_warehouse_names_the_command(settings: Settings) -> None:
    with pytest.raises(NotFoundError, match="no warehouse") as raised:
        build_report(settings)
    assert "spotiflow run" in raised.value.hint


def test_an_unbuilt_warehouse_names_the_command(settings: Settings) -> None:
    with open_warehouse(settings):
        pass
    with pytest.raises(NotFoundError, match="not been built") as raised:
        build_report(settings)
    assert "spotiflow build" in raised.value.hint


def test_a_warehouse_without_listeners_names_the_command(settings: Settings) -> None:
    _overview(settings, {})
    with pytest.raises(NotFoundError, match="no listener"):
        build_report(settings)


def test_an_unknown_listener_gets_the_known_names(settings: Settings) -> None:
    _overview(settings, {"ann": 3, "bo": 0})
    with pytest.raises(NotFoundError, match="'eve'") as raised:
        build_report(settings, "eve")
    assert "ann, bo" in raised.value.hint


@pytest.mark.parametrize(
    ("plays", "default", "expected"),
    [
        ({"ann": 0, "bo": 1, "me": 0}, "me", "bo"),
        ({"ann": 9, "bo": 5, "me": 1}, "me", "me"),
        ({"ann": 0, "bo": 0}, "me", "ann"),
    ],
    ids=["the only one with plays", "the default", "nobody has plays"],
)
def test_the_default_listener(settings: Settings, plays: dict[str, int], default: str, expected: str) -> None:
    _overview(settings, plays)
    with open_warehouse(settings) as db:
        _complete(db)
    assert build_report(replace(settings, default_listener=default)).who.listener_id == expected


@pytest.mark.parametrize("plays", [{"ann": 5, "bo": 9}, {"ann": 5, "bo": 9, "me": 0}])
def test_several_listeners_without_a_choice_is_one_sentence(
    settings: Settings, plays: dict[str, int]
) -> None:
    _overview(settings, plays)
    with pytest.raises(UsageError, match="2 listeners have plays: ann, bo") as raised:
        build_report(settings)
    assert "--listener bo" in raised.value.hint


def _complete(db: duckdb.DuckDBPyConnection) -> None:
    """Give the overview its other columns; all other tables stay missing, as after a partial build."""
    for column, kind in {
        "minutes": "double default 0",
        "tracks": "bigint default 0",
        "artists": "bigint default 0",
        "sessions": "bigint default 0",
        "active_days": "bigint default 0",
        "complete_days": "bigint default 0",
        "partial_days": "bigint default 0",
        "unknown_days": "bigint default 0",
        "missing_days": "bigint default 0",
        "ms_played_share": "double",
        "measured_share": "double",
        "skip_definition": "varchar",
    }.items():
        db.execute(f"alter table gold.listening_overview add column {column} {kind}")


def test_a_partial_build_still_reports(settings: Settings) -> None:
    _overview(settings, {"ann": 3})
    with open_warehouse(settings) as db:
        _complete(db)
    report = build_report(settings)
    assert "3 plays" in printed(report)
    assert json.loads(json.dumps(report.to_dict(), default=str))["who"]["plays"] == 3


@pytest.mark.slow
@pytest.mark.parametrize(
    ("listener", "words"),
    [
        ("nobody", "No plays yet."),
        ("newcomer", "1 play ·"),
        # Ten favourites are no finding in 200 plays: chance makes such lists too.
        ("beginner", "Nothing stands out."),
    ],
)
def test_short_histories_without_a_catalogue(small_warehouse: Settings, listener: str, words: str) -> None:
    text = printed(build_report(small_warehouse, listener))
    assert words in text
    assert "None yet: they learn from the Kaggle catalogue" in text
    assert "spotiflow ingest kaggle" in text
    assert len(text.splitlines()) <= 60
    assert "nan" not in text.lower().split()
    assert "None" not in text.replace("None yet", "")
