"""Audio features of a person's own: every value in its range, every row with an outcome, stored once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from spotiflow.core.errors import InputError, UsageError
from spotiflow.core.settings import Settings
from spotiflow.ingest.exports import import_exports
from spotiflow.ingest.features import import_features, render_imported
from spotiflow.ingest.features.results import FeatureReceipt
from spotiflow.ingest.files.inputs import InputKind, identify
from spotiflow.ingest.files.table_headers import FEATURES
from tests.ingest import builders as b
from tests.ingest.conftest import Rows

Query = Callable[..., Rows]
HEADER = ",".join(["track_id", "provider", *FEATURES])
EXPORTIFY = (
    '"Track URI","Track Name","Artist Name(s)","Duration (ms)","Added At","Danceability","Energy","Key",'
    '"Loudness","Mode","Speechiness","Acousticness","Instrumentalness","Liveness","Valence",'
    '"Tempo","Time Signature"'
)


def row(number: int = 0, **changes: str) -> str:
    values = [0.5, 0.6, 0.7, 0.2, 0, 0.05, 0.1, -7.5, 120.5, 4, 5, 1]
    cells = {"track_id": f"{number:022d}", "provider": "me"}
    cells |= dict(zip(FEATURES, map(str, values), strict=True))
    return ",".join((cells | changes).values())


def take_in(settings: Settings, path: Path, *rows: str) -> FeatureReceipt:
    b.write(path, "\n".join([HEADER, *rows, ""]).encode())
    return import_features(settings, [path])


def test_features_are_stored_once_and_kept_up_to_date(
    settings: Settings, tmp_path: Path, query: Query
) -> None:
    path = tmp_path / "features.csv"
    assert take_in(settings, path, row(1), row(2)).total.new == 2
    stored = query("from raw.track_features order by track_id")
    again = take_in(settings, path, row(1), row(2)).total
    assert (again.known, again.stored) == (2, 0)
    assert query("from raw.track_features order by track_id") == stored
    changed = take_in(settings, path, row(1, valence="0.1", energy=""), row(3), row(3, valence="0.9")).total
    assert (changed.new, changed.changed, changed.known, changed.rejected) == (1, 1, 1, 0)
    assert query("select valence, energy, key, provider from raw.track_features order by track_id") == [
        (0.1, 0.6, 5, "me"),
        (0.7, 0.6, 5, "me"),
        (0.9, 0.6, 5, "me"),
    ]
    assert query("select rows_read, rows_kept, rows_known from raw.ingest_files order by 1 desc limit 1") == [
        (3, 2, 1)
    ]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"track_id": ""}, "no track id"),
        ({"track_id": "spotify:local:a:b:c:1"}, "a local file"),
        ({"track_id": "spotify:episode:0000000000000000000001"}, "no id of a Spotify track"),
        (dict.fromkeys(FEATURES, "NaN"), "no audio feature"),
        (dict.fromkeys(FEATURES, "NaN") | {"energy": "73"}, "energy not between 0 and 1"),
    ],
)
def test_rows_that_say_nothing_of_a_track(
    settings: Settings, tmp_path: Path, query: Query, changes: dict[str, str], reason: str
) -> None:
    receipt = take_in(settings, tmp_path / "features.csv", row(1), row(2, **changes))
    assert receipt.reasons == {reason: 1}
    assert query("select row_number, reason from raw.rejected_rows") == [(2, reason)]
    assert query("select count(*) from raw.track_features") == [(1,)]


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("valence", "73", "valence not between 0 and 1"),
        ("loudness", "12", "loudness not between -70 and 10"),
        ("tempo", "-1", "tempo not between 0 and 300"),
        ("key", "loud", "key is no number"),
        ("key", "1.5", "key not between -1 and 11"),
        ("mode", "inf", "mode is no number"),
    ],
)
def test_values_no_feature_can_have_are_left_out_and_the_rest_is_kept(
    settings: Settings, tmp_path: Path, query: Query, name: str, value: str, reason: str
) -> None:
    receipt = take_in(settings, tmp_path / "features.csv", row(1), row(2, **{name: value}))
    assert (receipt.total.new, receipt.left_out) == (2, {reason: 1})
    stored = query(f"select {name}, energy from raw.track_features order by track_id")
    assert stored[1] == (None, stored[0][1])


def test_lines_that_are_no_rows_are_kept_aside(settings: Settings, tmp_path: Path, query: Query) -> None:
    odd = ("too,few", row(3) + ",1", row(4, track_id="none"))
    receipt = take_in(settings, tmp_path / "f.csv", row(1), *odd, row(2))
    assert (receipt.total.new, receipt.total.rejected, receipt.total.read) == (2, 3, 5)
    numbers = query("select row_number from raw.rejected_rows")
    assert len(set(numbers)) == 3


def test_exportify_ids_and_links(settings: Settings, tmp_path: Path, query: Query) -> None:
    values = "0.5,0.6,-1,-7.5,1,0.05,0.2,0,0.1,0.7,0,4"
    ids = [
        "spotify:track:0000000000000000000001",
        "https://open.spotify.com/intl-de/track/0000000000000000000002?si=x",
        "0000000000000000000003",
    ]
    rows = [f'"{identity}","A, ""B""","X, Y",1000,2024-01-01,{values}' for identity in ids]
    path = b.write(tmp_path / "liked.csv", "\n".join(["\ufeff" + EXPORTIFY, *rows]).encode())
    assert identify(path) is InputKind.FEATURES
    assert import_features(settings, [path]).total.new == 3
    assert query("select track_id, provider, key, tempo, valence from raw.track_features order by 1") == [
        (f"{n:022d}", "file", -1, 0.0, 0.7) for n in (1, 2, 3)
    ]


def test_parquet(settings: Settings, tmp_path: Path, query: Query) -> None:
    path = tmp_path / "f.parquet"
    write_parquet(path, """select '0000000000000000000001' as "Spotify ID", 0.25 as valence, 3 as "Key" """)
    assert identify(path) is InputKind.FEATURES
    assert import_features(settings, [path]).total.new == 1
    assert query("select valence, key, energy from raw.track_features") == [(0.25, 3, None)]
    write_parquet(path, "select 1 as a")
    with pytest.raises(InputError, match="Parquet file without audio features"):
        import_features(settings, [path])


def write_parquet(path: Path, sql: str) -> None:
    with duckdb.connect() as db:
        db.execute(f"copy ({sql}) to '{path}' (format parquet)")


def test_wrong_paths(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected a CSV or Parquet file"):
        import_features(settings, [b.write(tmp_path / "endsong_0.json", [b.play()])])
    with pytest.raises(UsageError):
        import_features(settings, [])


def test_the_receipt_says_how_much_is_measured(settings: Settings, tmp_path: Path) -> None:
    plays = [b.play(1), b.play(1, ts=b.utc(b.FIRST_SECOND)), b.play(2), b.local_file(3)]
    import_exports(settings, [b.write(tmp_path / "endsong_0.json", plays)])
    receipt = take_in(settings, tmp_path / "f.csv", row(1), row(2, track_id="none"))
    console = Console(width=110)
    with console.capture() as capture:
        console.print(render_imported(receipt))
    assert "1 new + 0 changed + 0 known + 1 rejected = 2 rows" in capture.get()
    assert "1 of 2 tracks heard are measured (50%), 67% of the rows of history" in capture.get()
    assert json.loads(json.dumps(receipt.to_dict()))["total"]["read"] == 2
