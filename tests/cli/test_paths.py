"""Paths of every kind, given together in any order, each reach the import they are for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from spotiflow.core.errors import InputError
from spotiflow.core.settings import Settings
from spotiflow.pipeline.imports import import_paths
from spotiflow.warehouse.database import open_warehouse
from tests.ingest import builders as b
from tests.ingest import scrobble_builders as s


def test_every_kind_of_path(settings: Settings, tmp_path: Path) -> None:
    paths = [
        b.write(tmp_path / "features.csv", f"track_id,valence,energy\n{0:022d},0.5,0.5\n".encode()),
        b.write(tmp_path / "recenttracks.csv", s.ghan([s.ghan_row(1)])),
        b.write(tmp_path / "dataset.csv", b.catalogue([b.catalogue_row(7)])),
        b.write(tmp_path / "listens.jsonl", s.lines([s.listen(2)])),
        b.extended_package(tmp_path / "my_spotify_data.zip"),
    ]
    shown: list[Any] = []
    import_paths(settings, paths, show=shown.append, listener=None, time_zone="UTC")
    assert len(shown) == 4
    with open_warehouse(settings, read_only=True) as db:
        sources = db.execute(
            "select source, count(*) from raw.listening_history group by 1 order by 1"
        ).fetchall()
        others = [
            db.execute(f"select count(*) from raw.{table}").fetchone()
            for table in ("kaggle_tracks", "track_features")
        ]
    assert sources == [("extended", 27), ("lastfm", 1), ("listenbrainz", 1)]
    assert others == [(1,), (1,)]


def test_a_path_of_no_kind_stops_all(settings: Settings, tmp_path: Path) -> None:
    good = b.write(tmp_path / "recenttracks.csv", s.ghan([s.ghan_row(1)]))
    bad = b.write(tmp_path / "notes.txt", b"nothing of it")
    with pytest.raises(InputError, match="expected the zip Spotify sent"):
        import_paths(settings, [good, bad], show=print, listener=None, time_zone=None)
    assert not settings.database_path.exists()
