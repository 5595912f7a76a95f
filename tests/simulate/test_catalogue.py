"""The catalogue file: Kaggle's format, and features that behave like measured ones."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from spotiflow.simulate import DemoInputs
from spotiflow.simulate.features import AUDIO
from spotiflow.simulate.genres import GENRES
from spotiflow.simulate.world import World
from tests.paths import real_kaggle_csv

TYPES = [
    "BIGINT",
    *["VARCHAR"] * 4,
    *["BIGINT"] * 2,
    "BOOLEAN",
    *["DOUBLE"] * 2,
    "BIGINT",
    "DOUBLE",
    "BIGINT",
    *["DOUBLE"] * 6,
    "BIGINT",
    "VARCHAR",
]


def query(sql: str, path: Path) -> list[tuple[Any, ...]]:
    with duckdb.connect() as db:
        return db.execute(sql, {"path": str(path)}).fetchall()


@pytest.fixture
def rows(inputs: DemoInputs) -> list[dict[str, str]]:
    with inputs.catalogue_csv.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_header_is_that_of_the_real_file(inputs: DemoInputs) -> None:
    with real_kaggle_csv().open("rb") as real, inputs.catalogue_csv.open("rb") as ours:
        assert ours.readline() == real.readline()


def test_duckdb_reads_as_many_rows_with_the_types_of_the_real_file(inputs: DemoInputs) -> None:
    ours = query("describe select * from read_csv($path)", inputs.catalogue_csv)
    assert [row[1] for row in ours] == TYPES
    assert ours == query("describe select * from read_csv($path)", real_kaggle_csv())
    assert query("select count(*) from read_csv($path)", inputs.catalogue_csv) == [(inputs.n_catalogue_rows,)]


def test_duckdb_and_python_read_the_same_text(inputs: DemoInputs, rows: list[dict[str, str]]) -> None:
    read = query("select artists, album_name, track_name, valence from read_csv($path)", inputs.catalogue_csv)
    names = ("artists", "album_name", "track_name")
    written = [(*(row[name] or None for name in names), float(row["valence"])) for row in rows]
    assert sorted(read, key=str) == sorted(written, key=str)
    titles = [row["track_name"] for row in rows]
    assert sum('"' in title for title in titles) > 100
    assert sum("," in title for title in titles) > 100
    assert any(not title.isascii() for title in titles)


def test_it_has_the_oddities_of_the_real_file(rows: list[dict[str, str]]) -> None:
    nameless = [row for row in rows if not row["track_name"]]
    assert len(nameless) == 1
    assert (nameless[0]["artists"], nameless[0]["popularity"], nameless[0]["duration_ms"]) == ("", "0", "0")
    silent = [row for row in rows if float(row["tempo"]) == 0]
    assert len(silent) == 6
    for row in silent:
        zeros = ("danceability", "speechiness", "valence", "time_signature")
        assert [float(row[name]) for name in zeros] == [0, 0, 0, 0]
    tracks = {row["track_id"] for row in rows}
    assert 0.8 < len(tracks) / len(rows) < 0.95, "some tracks stand under several genres"
    assert sum(";" in row["artists"] for row in rows) / len(rows) == pytest.approx(0.25, abs=0.05)


def test_a_track_has_one_set_of_features_wherever_it_stands(rows: list[dict[str, str]]) -> None:
    features: dict[str, set[tuple[str, ...]]] = {}
    for row in rows:
        if row["track_name"] and float(row["tempo"]):
            features.setdefault(row["track_id"], set()).add(tuple(row[name] for name in AUDIO))
    assert all(len(different) == 1 for different in features.values())
    fingerprints = {next(iter(different)) for different in features.values()}
    assert 0.9 < len(fingerprints) / len(features) < 0.98, "some songs are released twice"


def test_ids_look_like_spotifys_and_are_different(world: World) -> None:
    ids = set(world.track_id) | set(world.played_id)
    assert all(re.fullmatch(r"[0-6][0-9A-Za-z]{21}", one) for one in ids)
    other = sum(a != b for a, b in zip(world.track_id, world.played_id, strict=True))
    assert len(ids) == len(world.track_id) + other


def test_a_title_names_one_track_of_an_artist(world: World) -> None:
    named = {(title.lower(), a) for title, a in zip(world.track_name, world.artist.tolist(), strict=True)}
    assert len(named) == len(world.track_name)
    assert len({name.lower() for name in world.artist_names}) == len(world.artist_names)


@pytest.mark.parametrize(
    ("one", "other", "expected", "tolerance"),
    [
        ("energy", "loudness", 0.76, 0.05),
        ("energy", "acousticness", -0.73, 0.07),
        ("danceability", "valence", 0.49, 0.10),
        ("energy", "valence", 0.25, 0.12),
        ("valence", "instrumentalness", -0.33, 0.12),
    ],
)
def test_features_go_together(world: World, one: str, other: str, expected: float, tolerance: float) -> None:
    audio = world.sound.audio
    found = np.corrcoef(audio[:, AUDIO.index(one)], audio[:, AUDIO.index(other)])[0, 1]
    assert found == pytest.approx(expected, abs=tolerance)


@pytest.mark.parametrize(
    ("feature", "icc"), [("energy", 0.696), ("valence", 0.522), ("acousticness", 0.704), ("tempo", 0.164)]
)
def test_artists_have_a_sound_of_their_own(world: World, feature: str, icc: float) -> None:
    values = world.sound.audio[:, AUDIO.index(feature)]
    n = np.bincount(world.artist)
    means = np.bincount(world.artist, values) / n
    within = ((values - means[world.artist]) ** 2).sum() / (len(values) - len(n))
    assert 1 - within / values.var() == pytest.approx(icc, abs=0.12)


def test_valence_is_learnable_but_not_given_away(world: World) -> None:
    audio = world.sound.audio
    valence = audio[:, AUDIO.index("valence")]
    others = np.column_stack([np.ones(len(audio)), np.delete(audio, AUDIO.index("valence"), axis=1)])
    fitted = others @ np.linalg.lstsq(others, valence, rcond=None)[0]
    assert 0.30 < 1 - (valence - fitted).var() / valence.var() < 0.60


def test_features_stay_in_spotifys_ranges(world: World) -> None:
    audio = dict(zip(AUDIO, world.sound.audio.T, strict=True))
    for name in set(AUDIO) - {"loudness", "tempo"}:
        assert audio[name].min() >= 0, name
        assert audio[name].max() <= 1, name
    assert -60 < audio["loudness"].min() < audio["loudness"].max() < 5
    assert 50 <= audio["tempo"].min() < audio["tempo"].max() <= 215
    assert set(world.sound.time_signature.tolist()) == {1, 3, 4, 5}
    assert set(world.sound.key.tolist()) == set(range(12))


def test_every_genre_has_as_many_rows(inputs: DemoInputs) -> None:
    counted = query(
        "select track_genre, count(*) from read_csv($path) group by 1 order by 1", inputs.catalogue_csv
    )
    assert counted == [(genre.name, inputs.n_catalogue_rows // len(GENRES)) for genre in GENRES]
