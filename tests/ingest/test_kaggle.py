"""The catalogue: read as RFC 4180 says, loaded once, replaced only on request."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from spotiflow.core.errors import InputError
from spotiflow.core.settings import Settings
from spotiflow.ingest.kaggle import load_kaggle
from tests.ingest import builders as b
from tests.ingest.conftest import Rows
from tests.paths import real_kaggle_csv

Query = Callable[..., Rows]

ROWS = [b.catalogue_row(number) for number in range(5)]
NO_INDEX = b.CATALOGUE_HEADER.removeprefix(",")
SYNONYMS = (
    b.CATALOGUE_HEADER.replace(",artists", ",Artist_Name")
    .replace(",track_name", ",song_name")
    .replace(",album_name", ",album")
    .replace("duration_ms", "duration_in_ms")
    .replace("track_genre", "genres")
)
SHAPES: dict[str, bytes] = {
    "empty first cell": b.catalogue(ROWS),
    "Unnamed: 0": b.catalogue(ROWS, "Unnamed: 0" + b.CATALOGUE_HEADER),
    "no index": b.catalogue([row.split(",", 1)[1] for row in ROWS], NO_INDEX),
    "synonyms": b.catalogue(ROWS, SYNONYMS),
    "byte order mark": b"\xef\xbb\xbf" + b.catalogue(ROWS),
    "windows lines": b.catalogue(ROWS).replace(b"\n", b"\r\n"),
    "one more column": b.catalogue([f"{row},x" for row in ROWS], f"{b.CATALOGUE_HEADER},note"),
    "no line break at the end": b.catalogue(ROWS).rstrip(),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_the_file_is_read(
    settings: Settings, query: Query, tmp_path: Path, shape: str
) -> None:
    receipt = load_kaggle(settings, b.write(tmp_path / "dataset.csv", SHAPES[shape]))
    assert (receipt.status, receipt.catalogue.rows, receipt.rejected) == ("loaded", 5, 0)
    rows = query("""
        select
            row_number, track_id, artists, album_name, track_name, duration_ms, explicit, tempo, track_genre
        from raw.kaggle_tracks order by row_number limit 2
    """)
    assert rows[1] == (2, f"{1:022d}", "Band 1", "Record 1", "Song 1", 210_000, False, 120.5, "genre 1")


def test_quotes_commas_and_line_breaks(settings: Settings, query: Query, tmp_path: Path) -> None:
    names = ['"He said ""no"", twice"', '"one\ntwo"', '"7"" Mix"', "NULL", "  spaced "]
    rows = [b.catalogue_row(n, track_name=name) for n, name in enumerate(names)]
    load_kaggle(settings, b.write(tmp_path / "dataset.csv", b.catalogue(rows)))
    stored = query("select track_name from raw.kaggle_tracks order by row_number")
    assert stored == [('He said "no", twice',), ("one two",), ('7" Mix',), ("NULL",), ("spaced",)]


def test_bad_rows_are_rejected_and_odd_ones_counted(settings: Settings, query: Query, tmp_path: Path) -> None:
    rows = [
        b.catalogue_row(0),
        b.catalogue_row(0).replace("0,", "1,", 1),  # only the index differs
        b.catalogue_row(2, artists="", album_name="", track_name=""),
        b.catalogue_row(3, track_id=""),
        b.catalogue_row(4, track_id="", track_name=""),
        b.catalogue_row(5, valence="sunny"),
        b.catalogue_row(6, tempo="0.0", danceability="0.0", time_signature="0"),
        b.catalogue_row(7, energy="7.5", key="-1"),
        b.catalogue_row(8, duration_ms="230666.0", popularity=""),
        "9,too,few",
        b.catalogue_row(10) + ",one,more",
    ]
    receipt = load_kaggle(settings, b.write(tmp_path / "dataset.csv", b.catalogue(rows)))
    found = receipt.catalogue
    assert (receipt.rows_read, found.rows, receipt.rejected) == (11, 7, 4)
    assert (found.tracks, found.without_names, found.without_id, found.duplicates) == (5, 1, 1, 1)
    assert (found.silent, found.outliers) == (1, {"energy": 1, "key": 1})
    assert found.missing == {"track_id": 1, "artists": 1, "album_name": 1, "track_name": 1, "popularity": 1}
    assert receipt.reasons == {
        "no track_id and no track_name": 1,
        "valence is no value": 1,
        "missing columns": 1,
        "too many columns": 1,
    }
    files = query("select rows_read, rows_kept, rows_rejected, kind, listener_id from raw.ingest_files")
    assert files == [(11, 7, 4, "kaggle", None)]
    assert query("select duration_ms from raw.kaggle_tracks where row_number = 9") == [(230_666,)]


def test_the_same_file_is_loaded_once(settings: Settings, query: Query, tmp_path: Path) -> None:
    path = b.write(tmp_path / "dataset.csv", b.catalogue(ROWS))
    first = load_kaggle(settings, path)
    zipped = b.write_zip(tmp_path / "archive.zip", {"dataset.csv": path.read_bytes()})
    again = load_kaggle(settings, zipped)
    assert (again.status, again.catalogue, again.run_id) == ("skipped", first.catalogue, first.run_id)
    forced = load_kaggle(settings, tmp_path / "dataset.csv", force=True)
    assert (forced.status, forced.catalogue) == ("replaced", first.catalogue)
    assert query("select count(*), count(distinct run_id) from raw.kaggle_tracks") == [(5, 1)]


def test_another_file_replaces_only_on_request(settings: Settings, query: Query, tmp_path: Path) -> None:
    load_kaggle(settings, b.write(tmp_path / "first.csv", b.catalogue(ROWS)))
    other = b.write(tmp_path / "second.csv", b.catalogue(ROWS[:2]))
    with pytest.raises(InputError, match=r"first\.csv, 5 rows") as caught:
        load_kaggle(settings, other)
    assert "--force" in caught.value.hint
    with pytest.raises(InputError):
        load_kaggle(settings, tmp_path / "first.csv", simulated=True)
    assert load_kaggle(settings, other, force=True, simulated=True).status == "replaced"
    assert query("select count(*), bool_and(is_simulated) from raw.kaggle_tracks") == [(2, True)]


def test_a_folder_with_the_file_is_enough(settings: Settings, tmp_path: Path) -> None:
    b.write(tmp_path / "given" / "dataset.csv", b.catalogue(ROWS))
    assert load_kaggle(settings, tmp_path / "given").catalogue.rows == 5


def test_a_file_without_a_usable_row_changes_nothing(
    settings: Settings, query: Query, tmp_path: Path
) -> None:
    load_kaggle(settings, b.write(tmp_path / "dataset.csv", b.catalogue(ROWS)))
    with pytest.raises(InputError, match="no usable row"):
        load_kaggle(settings, b.write(tmp_path / "empty.csv", b.catalogue([])), force=True)
    assert query("select count(*) from raw.kaggle_tracks") == [(5,)]


def test_bytes_that_are_no_utf_8_are_those_of_windows(
    settings: Settings, tmp_path: Path, query: Query
) -> None:
    content = b.catalogue(ROWS).replace(b"Song 3", b"Caf\xe9")
    receipt = load_kaggle(settings, b.write(tmp_path / "dataset.csv", content))
    assert (receipt.catalogue.rows, receipt.rejected) == (5, 0)
    assert query("select count(*) from raw.kaggle_tracks where track_name = 'Café'") == [(1,)]


def test_the_real_catalogue(settings: Settings) -> None:
    receipt = load_kaggle(settings, real_kaggle_csv())
    found = receipt.catalogue
    assert (found.rows, found.tracks, found.without_names, found.without_id) == (114_000, 89_741, 1, 0)
    assert (found.duplicates, found.silent, found.genres, receipt.rejected) == (450, 157, 114, 0)
    assert found.missing == {"artists": 1, "album_name": 1, "track_name": 1}
    assert load_kaggle(settings, real_kaggle_csv()).status == "skipped"
