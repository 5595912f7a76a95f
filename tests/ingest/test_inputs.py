"""Every path is typed by its content, and the sentence for a wrong one says what it is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from spotiflow.core.errors import InputError
from spotiflow.core.settings import Settings
from spotiflow.ingest.exports import import_exports
from spotiflow.ingest.files.inputs import InputKind, identify, require
from spotiflow.ingest.files.table_headers import FEATURES
from spotiflow.ingest.kaggle import load_kaggle
from tests.ingest import builders as b
from tests.ingest import scrobble_builders as sb
from tests.paths import ROOT, real_account_export, real_kaggle_csv

LFS_POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 20118244\n"
FEATURE_TABLE = ",".join(["track_id", *FEATURES]).encode() + b"\n"
FILES: dict[str, tuple[str, bytes, InputKind]] = {
    "extended": ("x.json", b.as_json([b.play_2021(0)]), InputKind.EXPORT),
    "account": ("x", b.as_json([b.account_play(0)]), InputKind.EXPORT),
    "podcasts": ("x.json", b.as_json([b.account_episode(0)]), InputKind.EXPORT),
    "half a play": ("x.json", b.as_json([b.play(0)])[:300], InputKind.EXPORT),
    "first row is noise": ("x.json", b.as_json([7, b.play(0)]), InputKind.EXPORT),
    "no plays": ("StreamingHistory0.json", b"[ ]", InputKind.EXPORT),
    "scrobbles": ("x.csv", sb.ghan([sb.ghan_row(1)]), InputKind.SCROBBLES),
    "bare scrobbles": ("x.csv", sb.bare(["a,b,c", sb.bare_row(1)]), InputKind.SCROBBLES),
    "lastfm json": ("x.json", b.as_json([{"track": [sb.lastfm_track(1)]}]), InputKind.SCROBBLES),
    "listens": ("x.jsonl", sb.lines([sb.listen(1)]), InputKind.SCROBBLES),
    "listens in a zip": (
        "x",
        b.zip_bytes({"listens/1.jsonl": sb.lines([sb.listen(1)])}),
        InputKind.SCROBBLES,
    ),
    "feedback": ("x.jsonl", sb.lines([sb.FEEDBACK]), InputKind.OTHER_JSON),
    "exportify": ("x.csv", b'\xef\xbb\xbf"Track URI","Time Signature"\na,4\n', InputKind.FEATURES),
    "features of a person": ("x.csv", FEATURE_TABLE, InputKind.FEATURES),
    "parquet": ("x.parquet", b"PAR1" + bytes(40), InputKind.PARQUET),
    "catalogue": ("x.csv", b.catalogue([b.catalogue_row()]), InputKind.KAGGLE),
    "empty list": ("playlists.json", b"[]", InputKind.EMPTY_LIST),
    "other json": ("Userdata.json", b'{"country": "DE", "ts": 1}', InputKind.OTHER_JSON),
    "other list": ("x.json", b'[{"searchTime": "2023-01-01", "searchQuery": "tea"}]', InputKind.OTHER_JSON),
    "half json": ("x.json", b'[{"ts": "20', InputKind.HALF_JSON),
    "half key": ("x.json", b'[{"endT', InputKind.HALF_JSON),
    "bracket": ("x.json", b"[", InputKind.HALF_JSON),
    "pdf": ("x.json", b"%PDF-1.7\n", InputKind.PDF),
    "png": ("x.json", b"\x89PNG\r\n\x1a\n", InputKind.IMAGE),
    "html": ("dataset.csv", b"\n<!DOCTYPE html><html></html>", InputKind.HTML),
    "lfs pointer": ("dataset.csv", LFS_POINTER, InputKind.LFS_POINTER),
    "empty": ("dataset.csv", b"", InputKind.EMPTY),
    "blank": ("dataset.csv", b" \n\n", InputKind.EMPTY),
    "other csv": ("dataset.csv", b"date,amount\n2024-01-01,12.50\n", InputKind.OTHER_CSV),
    "some features": ("dataset.csv", b"track_id,artists,tempo\na,b,1\n", InputKind.FEATURES),
    "features without id": ("dataset.csv", b"artists,tempo\nb,1\n", InputKind.OTHER_CSV),
    "gzip": ("dataset.csv.gz", b"\x1f\x8b\x08\x00", InputKind.ARCHIVE),
    "database": ("x.duckdb", b"\x00" * 8 + b"DUCK" + b"\x00" * 20, InputKind.DATABASE),
    "text": ("notes.md", b"# Notes\n\n[a link](b)\n", InputKind.TEXT),
    "toml": ("x.toml", b"[build]\nname = 1\n", InputKind.TEXT),
    "noise": ("x.json", bytes(range(256)) * 8, InputKind.BINARY),
    "zip of photos": ("x.zip", b.zip_bytes({"a.jpg": b"\xff\xd8\xff"}), InputKind.OTHER_ZIP),
    "empty zip": ("x.zip", b.zip_bytes({}), InputKind.OTHER_ZIP),
    "zip in a zip": ("x.zip", b.zip_bytes({"y.ZIP": b.zip_bytes({})}), InputKind.NESTED_ZIP),
    "kaggle zip": ("x", b.zip_bytes({"d.csv": b.catalogue([b.catalogue_row()])}), InputKind.KAGGLE),
    "export zip": ("x", b.zip_bytes({"MyData/x.JSON": b.as_json([b.account_play()])}), InputKind.EXPORT),
}


@pytest.mark.parametrize("case", FILES)
def test_a_file_is_typed_by_its_content(tmp_path: Path, case: str) -> None:
    name, content, kind = FILES[case]
    assert identify(b.write(tmp_path / name, content)) is kind


@pytest.mark.parametrize("case", [case for case in FILES if FILES[case][2] is not InputKind.EXPORT])
def test_a_wrong_path_is_named_and_nothing_is_stored(settings: Settings, tmp_path: Path, case: str) -> None:
    name, content, kind = FILES[case]
    path = b.write(tmp_path / name, content)
    good = b.write(tmp_path / "endsong_0.json", [b.play(0)])
    with pytest.raises(InputError) as caught:
        import_exports(settings, [good, path])
    assert str(path) in caught.value.message
    assert kind.value in caught.value.message
    assert caught.value.hint
    assert not settings.home.exists()


@pytest.mark.parametrize("case", [case for case in FILES if FILES[case][2] is not InputKind.KAGGLE])
def test_a_wrong_catalogue_is_named_and_nothing_is_stored(
    settings: Settings, tmp_path: Path, case: str
) -> None:
    name, content, kind = FILES[case]
    path = b.write(tmp_path / name, content)
    with pytest.raises(InputError) as caught:
        load_kaggle(settings, path)
    assert kind.value in caught.value.message
    assert not settings.home.exists()


def test_folders(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    b.write(tmp_path / "photos" / "a.jpg", b"\xff\xd8\xff")
    b.write(tmp_path / "deep" / "Spotify Account Data" / "StreamingHistory0.json", [b.account_play()])
    assert identify(tmp_path / "empty") is InputKind.EMPTY_FOLDER
    assert identify(tmp_path / "photos") is InputKind.OTHER_FOLDER
    assert identify(tmp_path / "deep") is InputKind.EXPORT


def test_a_folder_of_downloads_says_which_file_to_give(settings: Settings, tmp_path: Path) -> None:
    export = b.zip_bytes({"StreamingHistory0.json": b.as_json([b.account_play(0)])})
    b.write(tmp_path / "Downloads" / "my_spotify_data.zip", export)
    with pytest.raises(InputError) as caught:
        import_exports(settings, [tmp_path / "Downloads"])
    assert "holds a zip archive" in caught.value.message
    assert "Give the zip itself" in str(caught.value.hint)


def test_copies_with_another_ending_are_read_in_folders_too(settings: Settings, tmp_path: Path) -> None:
    b.write(tmp_path / "x" / "StreamingHistory0.JSON.bak", [b.account_play(0)])
    b.write(tmp_path / "x" / "endsong_0.json.old.txt", [b.play(1)])
    b.write(tmp_path / "x" / "photo.json.jpg", b"\xff\xd8\xff\xe0 an image")
    receipt = import_exports(settings, [tmp_path / "x"])
    assert sum(file.counts.read for file in receipt.files) == 2
    assert receipt.is_complete


def test_the_real_inputs_are_known() -> None:
    assert identify(real_kaggle_csv()) is InputKind.KAGGLE
    assert identify(real_account_export()) is InputKind.EXPORT


def test_paths_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        identify(tmp_path / "nowhere.zip")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="neither a file nor a folder"):
        identify(tmp_path / "pipe")
    with pytest.raises(InputError, match="cannot be read"):
        identify(tmp_path / ("x" * 300))


def test_without_rights(tmp_path: Path) -> None:
    """Tests may run as root, whom no right stops, so another user looks."""
    b.write(tmp_path / "folder" / "endsong_0.json", [b.play(0)]).chmod(0)
    code = """
import sys, os
sys.path.insert(0, sys.argv[1])
import spotiflow.ingest.files.inputs
if os.getuid() == 0:
    os.setgid(65534); os.setuid(65534)
from spotiflow.core.errors import InputError
from pathlib import Path
os.chdir(sys.argv[2])
for name in ("folder", "folder/endsong_0.json"):
    try:
        spotiflow.ingest.files.inputs.identify(Path(name))
    except InputError as error:
        print(error.message, error.hint)
"""
    for folder in (tmp_path, *list(tmp_path.parents)[:3]):
        folder.chmod(0o755)
    for mode in (0o755, 0):
        (tmp_path / "folder").chmod(mode)
        words = [sys.executable, "-c", code, str(ROOT), str(tmp_path)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        (tmp_path / "folder").chmod(0o755)
        assert done.stderr == ""
        assert done.stdout.count("cannot be read: Permission denied.") == 2


def test_the_hint_leads_to_the_right_command(tmp_path: Path) -> None:
    path = b.write(tmp_path / "d.csv", b.catalogue([b.catalogue_row()]))
    with pytest.raises(InputError, match="Kaggle") as caught:
        require(path, InputKind.EXPORT)
    assert "spotiflow ingest kaggle" in caught.value.hint
    assert require(path, InputKind.EXPORT, InputKind.KAGGLE) is InputKind.KAGGLE
