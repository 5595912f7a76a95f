"""Gold built for real from an invented quarter, and recomputed in Python."""

from __future__ import annotations

import csv
import random
from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from scipy import stats

from spotiflow.core.settings import Settings, load_settings
from spotiflow.ingest.exports import import_exports
from spotiflow.ingest.kaggle import load_kaggle
from spotiflow.warehouse.database import open_warehouse
from tests.conftest import BuildOnce, build_anew
from tests.ingest.builders import (
    Record,
    play,
    track_uri,
    utc,
    write,
)

TRACKS, IN_CATALOGUE, DAYS, PLAYS_A_DAY = 40, 25, 60, 8
MONDAY = 1_704_067_200  # 2024-01-01 00:00:00 UTC
BLANK = {"danceability": 0.5, "acousticness": 0.5, "instrumentalness": 0, "speechiness": 0.1, "liveness": 0.1}


def features(number: int) -> tuple[float, float]:
    """Valence and energy of an invented track."""
    draw = random.Random(number)
    return round(draw.random(), 3), round(draw.random(), 3)


def category(valence: float, energy: float) -> str:
    if 0.4 <= valence < 0.6 or 0.4 <= energy < 0.6:
        return "Neutral"
    return f"{'Happy' if valence >= 0.6 else 'Sad'}_{'Energetic' if energy >= 0.6 else 'Calm'}"


def quarter() -> list[Record]:
    """One session on each of 60 days: favourites come more often, every fifth stream is skipped."""
    draw, plays = random.Random(7), []
    for day in range(DAYS):
        for number in range(PLAYS_A_DAY):
            second = MONDAY + 86_400 * day + 3_600 * (7 + day % 12) + 240 * (number + 1)
            track = int(TRACKS * draw.random() ** 2)
            skipped = draw.random() < 0.2
            plays.append(
                play(track, ts=utc(second), ms_played=9_000 if skipped else 200_000)
                | {"reason_end": "fwdbtn" if skipped else "trackdone", "skipped": skipped}
            )
    return plays


def catalogue(path: Path) -> Path:
    """A catalogue of the first tracks, in Kaggle's form."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = [catalogue_row(number) for number in range(IN_CATALOGUE)]
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def catalogue_row(number: int) -> dict[str, Any]:
    names = play(number)
    valence, energy = features(number)
    return {
        "track_id": track_uri(number).rpartition(":")[2],
        "artists": names["master_metadata_album_artist_name"],
        "album_name": names["master_metadata_album_album_name"],
        "track_name": names["master_metadata_track_name"],
        "popularity": 50,
        "duration_ms": 200_000,
        "explicit": "False",
        "key": 0,
        "loudness": -7,
        "mode": 1,
        "tempo": 120,
        "time_signature": 4,
        "energy": energy,
        "valence": valence,
        **BLANK,
        "track_genre": f"genre {number % 3}",
    }


class Built:
    """A built warehouse and the plays that went in."""

    def __init__(self, settings: Settings, plays: list[Record]) -> None:
        self.settings = settings
        self.streams = plays
        self.plays = [record for record in plays if record["ms_played"] >= 30_000]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with open_warehouse(self.settings, read_only=True) as db:
            return db.execute(sql).fetchall()


@pytest.fixture(scope="module")
def built(build_once: BuildOnce) -> Built:
    return Built(load_settings(home=build_once("quarter", _make_quarter), threads=2), quarter())


def _make_quarter(home: Path) -> None:
    settings = load_settings(home=home, threads=2)
    load_kaggle(settings, catalogue(home.with_name("dataset.csv")))
    export = write(home.with_name("Streaming_History_Audio_2024_0.json"), quarter())
    import_exports(settings, [export], time_zone="UTC")
    build_anew(settings)


def track_number(record: Record) -> int:
    return int(record["spotify_track_uri"].rpartition(":")[2])


def day_of(record: Record) -> str:
    return str(record["ts"])[:10]


def test_the_overview_counts_what_was_played(built: Built) -> None:
    ((plays, minutes, tracks, complete, measured, skips, n, simulated),) = built.rows(
        """select plays, minutes, tracks, complete_days, measured_share, skips, skip_n, is_simulated
        from gold.listening_overview"""
    )
    numbers = [track_number(record) for record in built.plays]
    assert (plays, tracks, complete, simulated) == (len(numbers), len(set(numbers)), DAYS, False)
    assert minutes == pytest.approx(len(numbers) * 200_000 / 60_000)
    assert measured == pytest.approx(sum(number < IN_CATALOGUE for number in numbers) / len(numbers))
    assert (skips, n) == (len(built.streams) - len(built.plays), len(built.streams))


def test_top_tracks_are_the_most_played(built: Built) -> None:
    counts = Counter(track_number(record) for record in built.plays)
    expected = [number for number, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
    found = built.rows("select track_id from gold.top_tracks where period_kind = 'all' order by rank")
    assert [int(row[0]) for row in found] == expected


def test_the_clock_has_all_168_hours(built: Built) -> None:
    clock = Counter(datetime.fromisoformat(record["ts"]).isoweekday() for record in built.plays)
    assert built.rows("select count(*) from gold.listening_patterns_by_time") == [(168,)]
    by_day = "select day_of_week, sum(play_count) from gold.listening_patterns_by_time group by 1"
    assert {day: int(plays) for day, plays in built.rows(by_day)} == dict(clock)


def test_mood_shares_and_their_intervals_follow_the_formula(built: Built) -> None:
    """Clusters are the sessions, here the days; only tracks of the catalogue are measured."""
    sessions: dict[str, Counter[str]] = defaultdict(Counter)
    for record in built.plays:
        if (number := track_number(record)) < IN_CATALOGUE:
            sessions[day_of(record)][category(*features(number))] += 1
    weight, count = sum(map(Counter.total, sessions.values())), len(sessions)
    for mood, share, low, high in built.rows(
        "select mood_category, share, ci_low, ci_high from gold.mood_category_shares"
    ):
        mean = sum(session[mood] for session in sessions.values()) / weight
        spread = sum((session[mood] - mean * session.total()) ** 2 for session in sessions.values())
        half = stats.t.ppf(0.975, count - 1) * (count / (count - 1) * spread) ** 0.5 / weight
        # Wilson's interval, with the draws that the spread of the sessions is worth.
        draw = half**2 / (mean * (1 - mean))
        wide = (draw * mean * (1 - mean) + draw**2 / 4) ** 0.5
        bounds = [(mean + draw / 2 + side * wide) / (1 + draw) for side in (-1, 1)]
        assert (share, low, high) == pytest.approx((mean, *bounds), abs=1e-7)


def test_no_synthetic_value_ranks_by_mood(built: Built) -> None:
    ((synthetic,),) = built.rows("select count(*) from gold.feature_source_coverage where not is_measured")
    assert synthetic
    ranked = {int(row[0]) for row in built.rows("select track_id from gold.top_tracks_by_mood")}
    assert ranked
    assert max(ranked) < IN_CATALOGUE


def test_hours_with_few_sessions_say_so(built: Built) -> None:
    found = built.rows("select n_sessions, valence_ci_low, reason from gold.mood_by_hour")
    assert len(found) == 24
    for n_sessions, low, reason in found:
        assert (low is None) == (reason == f"needs 8 sessions, has {n_sessions}")


def test_tables_and_columns_carry_their_comments(built: Built) -> None:
    comments = built.rows("select comment from duckdb_tables() where schema_name = 'gold'")
    assert comments
    assert all("Grain: " in (comment or "") for (comment,) in comments)
    columns = (
        "select table_name, column_name from duckdb_columns() where schema_name = 'gold' and comment is null"
    )
    assert built.rows(columns) == []


def test_predictive_tables_are_there_before_the_first_training(built: Built) -> None:
    for table in ("mood_predictions", "energy_forecasts", "session_forecasts", "model_performance_metrics"):
        assert built.rows(f"select count(*) from gold.{table}") == [(0,)]
    assert built.rows("select distinct method from gold.mood_classifications") == [("rule",)]
