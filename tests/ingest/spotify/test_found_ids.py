"""An id that a search found is as good as one of the source: asked features by, taken out, forgotten."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from spotiflow.core.settings import Settings
from spotiflow.ingest.features.coverage import coverage_of
from spotiflow.ingest.features.results import Coverage
from spotiflow.people.forget import forget_listener
from spotiflow.people.forget.search import LEAST_BYTES
from spotiflow.warehouse.database import open_warehouse
from tests.fakes.reccobeats import FakeReccoBeats, entry
from tests.fakes.spotify import FakeSpotify
from tests.fakes.spotify_data import track_id
from tests.ingest import builders as b
from tests.ingest.spotify.conftest import Cli, ask, plays
from tests.ingest.spotify.test_searching import account


@pytest.fixture
def searched(logged_in: Settings, spotify: FakeSpotify, run: Cli, tmp_path: Path) -> Settings:
    """A home whose plays came without ids: of tracks 5 (twice), 6, and 7, which no search finds."""
    spotify.known_tracks = {5, 6}
    records = [account(5), account(5, 90_000, minute=9), account(6), account(7)]
    take_in(run, tmp_path / "mine", records)
    assert "2 fetched, 1 that Spotify does not have" in run("ingest", "spotify", "--tracks", "9").output
    return logged_in


def take_in(run: Cli, folder: Path, records: list[dict[str, Any]], *options: str) -> None:
    done = run("ingest", "export", str(b.write(folder / "StreamingHistory0.json", records)), *options)
    assert done.code == 0, done.output


def test_features_are_asked_for_by_it(searched: Settings, run: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeReccoBeats() as provider:
        monkeypatch.setenv("SPOTIFLOW_RECCOBEATS_URL", provider.url)
        monkeypatch.setenv("SPOTIFLOW_RECCOBEATS_PAUSE_SECONDS", "0.001")
        provider.known[track_id(5)] = entry(track_id(5))
        said = run("ingest", "features", "--provider", "reccobeats")
        assert provider.asked[0] == [track_id(5), track_id(6)], "the most played first"
    assert "1 of 2 tracks heard are measured (50%), 50% of the rows of history" in said.output
    with open_warehouse(searched, read_only=True) as db:
        assert coverage_of(db) == Coverage(tracks=2, measured_tracks=1, rows=4, measured_rows=2)


def test_an_older_app_asks_spotify_by_it(
    logged_in: Settings, spotify: FakeSpotify, run: Cli, tmp_path: Path
) -> None:
    spotify.gives_features = True
    spotify.plays = plays(40, 1)
    take_in(run, tmp_path / "mine", [account(5), account(6)])
    assert "audio-features: 3 fetched, 0 left" in run("ingest", "spotify", "--tracks", "9").output
    rows = ask(logged_in, "select track_id from raw.track_features")
    assert {row[0] for row in rows} == {track_id(number) for number in (5, 6, 40)}


def test_it_is_taken_out(searched: Settings, run: Cli, tmp_path: Path) -> None:
    assert run("takeout", str(tmp_path / "mine.zip")).code == 0
    with zipfile.ZipFile(tmp_path / "mine.zip") as archive:
        tables = {
            name: json.loads(archive.read(f"tables/{name}.json")) for name in ("track_searches", "tracks")
        }
    found = {row["track_name"]: row["track_id"] for row in tables["track_searches"]}
    assert found == {"Song 5": track_id(5), "Song 6": track_id(6), "Song 7": None}
    assert {row["track_id"] for row in tables["tracks"]} == {track_id(5), track_id(6)}


def test_it_is_forgotten(searched: Settings, run: Cli, tmp_path: Path) -> None:
    """With all that is known of the track, unless somebody else has it too."""
    run("listener", "add", "bert")
    theirs = b.write(
        tmp_path / "endsong_0.json", [b.play(1, spotify_track_uri=f"spotify:track:{track_id(6)}")]
    )
    run("ingest", "export", str(theirs), "--listener", "bert")
    with open_warehouse(searched) as db:
        for number in (5, 6):
            values = [track_id(number)]
            db.execute("insert into raw.missing_tracks values (?, now())", values)
            db.execute("insert into raw.missing_features values (?, 'reccobeats', null, now())", values)
            db.execute(
                "insert into raw.track_features (track_id, provider, valence, fetched_at) "
                "values (?, 'reccobeats', 0.5, now())",
                values,
            )
    assert track_id(5).encode() in searched.database_path.read_bytes()
    told = json.loads(run("forget", "me", "--yes", "--json").output)
    assert told["rows"]["raw.track_searches"] == 3
    for table in ("tracks", "track_features", "missing_features", "missing_tracks"):
        assert ask(searched, f"select distinct track_id from raw.{table}") == [(track_id(6),)], table
    assert track_id(5).encode() not in searched.database_path.read_bytes()


def test_the_proof_looks_for_it(searched: Settings) -> None:
    """It stands nowhere in the history, so it has to be looked for by itself: two ids besides the names."""
    names = ask(searched, "select artist_name, track_name from raw.listening_history")
    n_names = len({name for row in names for name in row if len(name) >= LEAST_BYTES})
    assert forget_listener(searched, "me").strings == n_names + 2
