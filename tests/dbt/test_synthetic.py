"""The synthetic features: bit-exact, made once per track, and switched off by whom it may concern."""

from __future__ import annotations

import hashlib
import random
import string
from pathlib import Path
from typing import Any

import pytest

from spotiflow.core.settings import load_settings
from spotiflow.warehouse.database import open_warehouse
from tests.dbt.project import build_dbt, query, run_dbt

MODEL = "my_tracks_features_bronze_synthetic"
VECTORS = {
    "3vNFsxBbA4dPkymPF5Jm1b": (
        0.3633, 0.244, 0.6491, 0.2834, 0.5469, 0.1685, 0.1658, -11.3841, 65.4691, 3, 11, 1,
    ),
    "0000000000000000000000": (
        0.4304, 0.6503, 0.3337, 0.2628, 0.4344, 0.1881, 0.2023, -21.1084, 162.5582, 3, 6, 0,
    ),
}  # fmt: skip


def plainly(track_id: str) -> tuple[Any, ...]:
    """The definition written out, one draw a line."""
    digest = hashlib.sha256(track_id.encode("utf-8")).digest()
    draw = random.Random(int.from_bytes(digest[:8], byteorder="big", signed=False))

    def between(low: float, high: float) -> float:
        return round(low + draw.betavariate(2, 2) * (high - low), 4)

    danceability = between(0.15, 0.85)
    energy = between(0.10, 0.90)
    valence = between(0.10, 0.85)
    acousticness = between(0.05, 0.95)
    instrumentalness = between(0, 0.80)
    speechiness = between(0.03, 0.50)
    liveness = between(0.05, 0.40)
    loudness = between(-25, -3)
    tempo = between(60, 180)
    time_signature = draw.choice([3, 4, 5])
    key = draw.choice(range(12))
    mode = draw.choice([0, 1])
    return (
        danceability, energy, valence, acousticness, instrumentalness, speechiness, liveness, loudness, tempo,
        time_signature, key, mode,
    )  # fmt: skip


@pytest.fixture
def with_tracks(tmp_path: Path) -> Path:
    """A home whose known tracks are the two vectors and 5,000 random ids."""
    draw = random.Random(1)
    letters = string.ascii_letters + string.digits
    ids = [*VECTORS, *("".join(draw.choices(letters, k=22)) for _ in range(5_000)), "name:ünï"]
    home = tmp_path / "home"
    with open_warehouse(load_settings(home=home)) as db:
        db.execute(
            "insert into raw.tracks (track_id, fetched_at) select unnest(?), timestamp '2022-01-01'", [ids]
        )
    return home


def synthetic(home: Path) -> dict[str, tuple[Any, ...]]:
    return {row[0]: row[1:13] for row in query(home, f"select * from bronze.{MODEL}")}


def build(home: Path, *arguments: str, variables: dict[str, Any] | None = None, **environment: str) -> Any:
    return build_dbt(home, "--select", f"+{MODEL}", *arguments, variables=variables, **environment)


@pytest.mark.slow
def test_every_value_is_that_of_the_plain_definition(with_tracks: Path) -> None:
    build(with_tracks)
    found = synthetic(with_tracks)
    assert len(found) == 5_003
    assert {track_id: found[track_id] for track_id in VECTORS} == VECTORS
    assert found == {track_id: plainly(track_id) for track_id in found}
    types = query(
        with_tracks, f"select distinct data_type from duckdb_columns() where table_name = '{MODEL}'"
    )
    assert set(types) == {("VARCHAR",), ("DOUBLE",), ("INTEGER",)}

    with open_warehouse(load_settings(home=with_tracks)) as db:
        db.execute("delete from raw.tracks where track_id in (select track_id from raw.tracks limit 2000)")
        db.execute("insert into raw.tracks (track_id, fetched_at) values ('new', timestamp '2022-01-01')")
    build(with_tracks)
    assert len(synthetic(with_tracks)) == 3_004
    assert synthetic(with_tracks)["new"] == plainly("new")
    assert query(with_tracks, "select table_name from duckdb_tables() where schema_name = 'main'") == []


@pytest.mark.long
def test_the_switch_empties_it_and_the_option_beats_the_environment(own: Path) -> None:
    full = synthetic(own)
    assert full
    build(own, ALLOW_SYNTHETIC="false")
    assert synthetic(own) == {}
    build(own, variables={"allow_synthetic": True}, ALLOW_SYNTHETIC="false", SPOTIFLOW_ALLOW_SYNTHETIC="no")
    assert synthetic(own) == full
    build(own, SPOTIFLOW_ALLOW_SYNTHETIC="no", ALLOW_SYNTHETIC="true")
    assert synthetic(own) == {}


@pytest.mark.slow
def test_switching_off_says_so_and_the_build_goes_on_without(own: Path) -> None:
    # The view that lists the wanted ids is left as it was: the switch holds without it too.
    chosen = [f"+{MODEL}+", "--exclude", "synthetic_track_ids_bronze", "track_features_completed+"]
    build_dbt(own, "--select", *chosen, SPOTIFLOW_ALLOW_SYNTHETIC="false", DBT_LOG_LEVEL_FILE="info")
    assert synthetic(own) == {}
    assert query(
        own, "select count(*) from silver.listening_with_features where feature_source = 'synthetic'"
    ) == [(0,)]
    assert query(
        own, "select count(*) > 0 from silver.listening_with_features where feature_source = 'unknown'"
    ) == [(True,)]
    assert "Synthetic features are switched off" in (own / "logs" / "dbt.log").read_text(encoding="utf-8")


def test_a_word_that_is_neither_true_nor_false_ends_the_run(own: Path) -> None:
    done = run_dbt(own, "build", "--select", MODEL, variables={"allow_synthetic": "perhaps"})
    assert not done.success
    assert "'perhaps' is neither true nor false" in str(done.exception or [r.message for r in done.result])


@pytest.mark.long
def test_both_scopes(own: Path) -> None:
    in_catalogue = "split_part(track_name, ' ', 2)::int % 3 = 0"
    sources = (
        f"select distinct {in_catalogue}, feature_source, is_measured from silver.listening_with_features"
    )
    assert set(query(own, sources)) == {(True, "kaggle", True), (False, "synthetic", False)}
    build_dbt(
        own, "--select", "track_features", "listening_with_features", variables={"synthetic_scope": "all"}
    )
    assert set(query(own, sources)) == {(True, "synthetic", False), (False, "synthetic", False)}
