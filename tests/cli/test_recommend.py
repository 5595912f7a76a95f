"""`recommend` as a user meets it, on the demo: every number recomputed, nothing heard among what is new."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from spotiflow.core.settings import Settings
from spotiflow.warehouse.database import open_warehouse
from tests.conftest import command_line

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
AGAIN = re.compile(
    r"(?P<plays>[\d,]+) plays? since (?P<day>\d+) (?P<month>\w+) (?P<year>\d+), (?P<recent>\d+) in"
)
COMEBACK = re.compile(r"(?P<plays>[\d,]+) plays? in (?P<month>\w+) (?P<year>\d+), none for (?P<gap>\d+) days")
ARTIST = re.compile(r"(?P<plays>[\d,]+) plays? of (?P<tracks>[\d,]+) other tracks? of the artist")
GENRE = re.compile(r"(?P<genre>[^;,]+) is (?P<percent>\d+) % of your plays of known genre")
POPULARITY = re.compile(r"popularity (?P<popularity>\d+) of 100")
STANDS = re.compile(r"(?P<feature>\w+) (?P<value>[\d.e-]+), (?P<side>above|under) (?P<percent>\d+) %")


def _rows(settings: Settings, sql: str) -> list[dict[str, Any]]:
    with open_warehouse(settings, read_only=True) as db:
        frame = db.execute(sql).df()
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _json(home: Path, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(command_line(home)("recommend", *words, "--json").stdout)
    return found


def test_every_number_in_a_reason_stands_in_gold(demo_warehouse: Settings) -> None:
    rows = _rows(demo_warehouse, "select * from gold.track_recommendations where is_current")
    assert {row["kind"] for row in rows} == {"again", "new"}
    kinds = dict.fromkeys(("again", "comeback", "artist", "genre"), 0)
    for row in rows:
        reason = row["reason"]
        if found := AGAIN.match(reason):
            first = row["first_played_on"]
            assert (int(found["day"]), found["month"]) == (first.day, MONTHS[first.month - 1])
            assert int(found["plays"].replace(",", "")) == row["play_count"]
            assert int(found["recent"]) == row["plays_last_28_days"]
            kinds["again"] += 1
        elif found := COMEBACK.match(reason):
            assert found["month"] == MONTHS[row["busiest_month"].month - 1]
            assert int(found["year"]) == row["busiest_month"].year
            assert int(found["plays"]) == row["plays_in_busiest_month"]
            assert int(found["gap"]) == row["days_since_last_play"]
            kinds["comeback"] += 1
        elif found := ARTIST.match(reason):
            assert int(found["plays"].replace(",", "")) == row["artist_plays"]
            assert int(found["tracks"]) == row["artist_tracks"]
            kinds["artist"] += 1
        elif row["kind"] == "new":
            popularity = POPULARITY.search(reason)
            assert popularity
            assert int(popularity["popularity"]) == row["popularity"]
            assert row["artist_plays"] == 0
            if genre := GENRE.search(reason):
                assert int(genre["percent"]) == round(100 * row["genre_share"])
                kinds["genre"] += 1
        else:
            assert reason.startswith("1 play, on ")
    assert kinds["again"] > 5
    assert kinds["artist"] + kinds["genre"] > 50


def test_the_numbers_beside_the_reasons_are_those_of_the_plays(demo_warehouse: Settings) -> None:
    """Recomputed from the plays, without the tables that the reasons go by."""
    wrong = _rows(
        demo_warehouse,
        """
        with ends as (select listener_id, max(local_date) as last_date from silver.listening_with_features
            group by listener_id),
        counted as (
            select listener_id, track_id, count(*) as n, min(local_date) as first_date,
                max(last_date) - max(local_date) as gap,
                count(*) filter (where local_date > last_date - 28) as recent
            from silver.listening_with_features inner join ends using (listener_id) group by all)
        select r.* from gold.track_recommendations as r left join counted as c using (listener_id, track_id)
        where kind = 'again' and (c.n is null or c.n <> r.play_count or c.first_date <> r.first_played_on
            or c.gap <> r.days_since_last_play or c.recent <> r.plays_last_28_days)
        """,
    )
    assert wrong == []


def test_nothing_ever_streamed_is_among_what_is_new(demo_warehouse: Settings) -> None:
    rows = _rows(
        demo_warehouse,
        """
        with known as (
            select distinct plays.listener_id, plays.track_id, tracks.name_id, matches.kaggle_track_id
            from silver.plays as plays left join silver.tracks as tracks using (track_id)
            left join silver.kaggle_track_matches as matches using (track_id) where plays.is_music)
        select new.track_id from (
            select listener_id, track_id from ml.recommendations where kind = 'new'
            union select listener_id, track_id from ml.playlists where is_new) as new
        inner join silver.kaggle_tracks as kaggle using (track_id)
        inner join known on known.listener_id = new.listener_id
            and (known.track_id = new.track_id or known.name_id = kaggle.name_id
                or known.kaggle_track_id = new.track_id)
        """,
    )
    assert rows == []


def test_playlists_stand_where_they_say(demo_warehouse: Settings) -> None:
    rows = _rows(demo_warehouse, "select * from gold.personalized_playlist_suggestions")
    assert {row["playlist_name"] for row in rows} >= {"focus", "energy", "calm", "lift", "path", "path_fast"}
    for row in rows:
        assert row["valence"] is not None
        if found := STANDS.match(row["why"]):
            assert found["feature"] == row["lead_feature"]
            assert float(found["value"]) == pytest.approx(row["lead_value"], abs=0.0051)
            share = round(100 * row["lead_percentile"])
            assert int(found["percent"]) == (share if found["side"] == "above" else 100 - share)
        if row["is_new_to_listener"]:
            assert row["why"].endswith("; new to you")
        else:
            assert re.search(rf"; {row['play_count']:,} plays?$", row["why"])
    paths = _rows(
        demo_warehouse,
        """
        select playlist_name,
            sqrt(avg((valence - target_valence) ** 2 + (energy - target_energy) ** 2)) as rmse
        from gold.personalized_playlist_suggestions where playlist_name like 'path%' group by all
        """,
    )
    assert all(path["rmse"] <= 0.08 for path in paths)


def test_recommendations_by_mood_are_measured_and_differ_as_told(demo_warehouse: Settings) -> None:
    rows = _rows(demo_warehouse, "select * from gold.mood_improvement_recommendations order by rank")
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    for row in rows:
        feature = "valence" if row["target_scenario"] == "lift" else "energy"
        told = re.search(rf"([\d.]+) (above|below) your usual {feature}$", row["reason"])
        assert told
        signed = float(told[1]) * (1 if told[2] == "above" else -1)
        assert signed == pytest.approx(row[f"{feature}_difference"], abs=0.0051)


def test_zones_say_whether_they_are_clusters(demo_warehouse: Settings) -> None:
    zones = _rows(demo_warehouse, "select * from gold.mood_state_clusters")
    assert len({row["is_clustered"] for row in zones}) == 1
    assert zones[0]["silhouette"] is not None
    assert sum(row["play_share"] for row in zones) == pytest.approx(1.0)
    methods = _rows(demo_warehouse, "select distinct method from ml.zone_metrics")
    assert {row["method"] for row in methods} == {"k_means", "gaussian_mixture", "fixed"}


def test_the_command_prints_what_gold_holds(demo_warehouse: Settings) -> None:
    found = _json(demo_warehouse.home, "-n", "7")
    assert [(row["kind"], row["rank"]) for row in found["rows"]] == [
        *(("again", rank) for rank in range(1, 5)),
        *(("new", rank) for rank in range(1, 5)),
    ]
    assert found["is_simulated"]
    assert {one["model"] for one in found["backtest"]} == {"relisten", "discovery"}
    for one in found["backtest"]:
        assert one["n"] > 0
        assert one["baseline_value"] is not None
    printed = command_line(demo_warehouse.home)("recommend", "-n", "7").stdout
    assert "recall@20" in printed
    assert "SIMULATED" in printed


def test_a_path_of_ones_own(demo_warehouse: Settings) -> None:
    found = _json(demo_warehouse.home, "--playlist", "path", "--from", "sad", "--to", "happy", "-n", "8")
    assert [row["rank"] for row in found["rows"]] == list(range(1, 9))
    assert found["rows"][0]["why"].startswith("step 1 of 8 from sad to happy: valence 0.")
    rmse, monotone = re.findall(r"[\d.]+", found["notes"][0])[:2]
    assert float(rmse) <= 0.08
    assert int(monotone) >= 90


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["-n", "0"], 2, "-n"),
        (["-n", "1000"], 2, "-n"),
        (["--playlist", "party"], 2, "focus, energy, calm, lift, path"),
        (["--from", "sad"], 2, "--playlist path"),
        (["--playlist", "path", "--to", "mars"], 2, "happy, calm, tense, sad, neutral"),
        (["--playlist", "path", "--from", "sad", "--to", "sad"], 2, "two different zones"),
        (["--listener", "nobody"], 1, "nobody"),
        (["--to-spotify"], 1, "simulated"),
    ],
)
def test_bad_wishes_end_in_a_sentence(
    demo_output: tuple[Path, str], words: list[str], code: int, said: str
) -> None:
    done = command_line(demo_output[0])("recommend", *words, check=False)
    assert done.returncode == code
    assert said in done.stdout + done.stderr
