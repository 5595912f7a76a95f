"""Small inputs of which the right answer is known: each folder a listener at UTC, one build for all.

A case is one line of `ANSWERS`: its folder, what is asked of the built warehouse, and the right rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb
import pytest

from spotiflow.core.errors import SpotiflowError
from spotiflow.core.settings import Settings, load_settings
from spotiflow.ingest.listeners import add_listener
from spotiflow.pipeline.imports import import_paths
from spotiflow.warehouse.database import open_warehouse
from tests.conftest import BuildOnce, build_anew
from tests.paths import shared_folder

N_PLAYS = "select count(*) from silver.plays where listener_id = $listener and is_play"
# Songs that were played, and their names: what a file of another tool must come to.
SONGS = "select artist_name, track_name from silver.plays where listener_id = $listener order by started_at"
ONE_SONG = [("Band A", "Song A")]
ANSWERS = [
    pytest.param(
        "D01",
        """select plays, round(minutes, 2), tracks, artists, (
            select count(*) from gold.top_tracks where listener_id = $listener and period_kind = 'all'
        ) from gold.listening_overview where listener_id = $listener""",
        [(5, 17.33, 1, 1, 1)],
        id="D01: streams of no known track are plays with minutes, and no track",
    ),
    pytest.param("D15", SONGS, [("Band R", "Ramm"), ("Band R", "Mann")], id="D15: lastfm-scraper"),
    pytest.param("D17", SONGS, [("Band X", "Track"), ("Band M", "Midnight City")], id="D17: Scrubbler"),
    pytest.param("D18", SONGS, [("Band Z", "Temper")], id="D18: saved by Excel"),
    *(
        pytest.param(case, SONGS, ONE_SONG, id=f"{case}: {tool}")
        for case, tool in {
            "D28": "Last.fm's own data",
            "D29a": "Pano Scrobbler",
            "D29b": "Maloja",
            "D29c": "Koito",
            "D29d": "libre.fm",
            "D29e": "the log of a player",
            "D51": "lastfmstats.com, the same play as CSV and JSON",
        }.items()
    ),
    pytest.param(
        "D27d",
        """select key, mode, energy from raw.track_features
        where $listener <> '' and track_id in ('0000000000000000002701', '0000000000000000002702')
        order by track_id""",
        [(6, 0, 0.301), (0, 1, 0.6)],
        id="D27: tables of features in German, with decimal commas, and keys in words",
    ),
    *(
        pytest.param(case, N_PLAYS, [(3,)], id=f"{case}: {what}")
        for case, what in {
            "D32b": "lists in a list",
            "D32d": "a list in an object",
            "D32f": "times in milliseconds",
        }.items()
    ),
    pytest.param(
        "D08",
        """select started_at::varchar, ended_at::varchar, ms_played
        from silver.plays where listener_id = $listener""",
        [("2024-05-01 12:00:00", "2024-05-01 12:13:30", 210_000)],
        id="D08: a song paused for ten minutes is one play, from the device's clock to its end",
    ),
    pytest.param(
        "D09",
        "select artist_name from silver.plays where listener_id = $listener",
        [("Band A",)],
        id="D09: all artists joined are the play of the first",
    ),
    pytest.param("D20", N_PLAYS, [(1,)], id="D20: one listen held twice"),
    pytest.param("D21", N_PLAYS, [(1,)], id="D21: one scrobble a second apart"),
    pytest.param("D05", N_PLAYS, [(1,)], id="D05: an offline play uploaded twice"),
    pytest.param("D30", N_PLAYS, [(1,)], id="D30: two exports with a relinked id"),
    pytest.param("D36", N_PLAYS, [(3,)], id="D36: a short song three times, the scrobbler late"),
    pytest.param(
        "D46",
        """select ms_played, (ended_at - started_at)::varchar
        from silver.plays where listener_id = $listener""",
        [(212_000, "00:03:32")],
        id="D46: a ListenBrainz filled from an archive knows the length",
    ),
    pytest.param(
        "D24",
        "select is_overlong from silver.plays where listener_id = $listener order by started_at",
        [(False,), (False,), (True,)],
        id="D24: a counter that ran for a hundred hours is flagged",
    ),
    pytest.param(
        "D24",
        """select max(minutes) <= 1440, (
            select max(minutes) <= 60 from (
                select sum(minutes) as minutes from silver.play_hours
                where listener_id = $listener group by local_hour
            )
        ), sum(minutes) > 57 from gold.temporal_trends where listener_id = $listener""",
        [(True, True, True)],
        id="D24: no day has more than 24 hours, no hour more than 60 minutes",
    ),
    pytest.param(
        "D31",
        """select reason_end, was_skipped from silver.plays
        where listener_id = $listener and track_name = 'Song A'""",
        [("fwdbtn", True)],
        id="D31: a later export that lost the reason takes nothing away",
    ),
]


@pytest.fixture(scope="module")
def case_home(build_once: BuildOnce) -> Settings:
    """A home in which every case is a listener, built; what could not be imported is missing in it."""
    folders = sorted(folder for folder in (shared_folder() / "data" / "cases").iterdir() if folder.is_dir())

    def make(home: Path) -> None:
        settings = load_settings(home=home, threads=2)
        for folder in folders:
            add_listener(settings, folder.name, time_zone="UTC")
            with suppress(SpotiflowError):
                import_paths(settings, sorted(folder.iterdir()), show=lambda _: None, listener=folder.name)
        build_anew(settings)

    return load_settings(home=build_once("cases", make))


@pytest.fixture(scope="module")
def built_cases(case_home: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(case_home, read_only=True) as db:
        yield db


@pytest.mark.slow
@pytest.mark.parametrize(("case", "sql", "right"), ANSWERS)
def test_the_answer_is_right(
    built_cases: duckdb.DuckDBPyConnection, case: str, sql: str, right: list[tuple[Any, ...]]
) -> None:
    assert built_cases.execute(sql, {"listener": case}).fetchall() == right
