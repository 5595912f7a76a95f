"""Zips that are not what Spotify sends: refused with a sentence, and nothing of them is stored."""

from __future__ import annotations

import os
import stat
import zipfile
from pathlib import Path

import pytest

from spotiflow.core.errors import InputError
from spotiflow.core.settings import Settings
from spotiflow.ingest.exports import import_exports
from spotiflow.ingest.files import containers
from spotiflow.ingest.files.inputs import InputKind, identify
from tests.ingest import builders as b

PLAYS = b.as_json([b.play(0)])


def assert_refused(settings: Settings, path: Path, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        import_exports(settings, [path])
    assert caught.value.hint
    assert not settings.database_path.exists()


@pytest.mark.parametrize("name", ["../endsong_0.json", "/etc/endsong_0.json", "a/../../x.json", "C:/x.json"])
def test_a_name_that_leads_outside(settings: Settings, tmp_path: Path, name: str) -> None:
    path = b.write_zip(tmp_path / "bad.zip", {"endsong_1.json": PLAYS, name: PLAYS})
    assert_refused(settings, path, "leads outside")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["bad.zip"]


def test_a_password(settings: Settings, tmp_path: Path) -> None:
    path = b.write_zip(tmp_path / "locked.zip", {"endsong_0.json": PLAYS})
    content = bytearray(path.read_bytes())
    # The flag of encryption stands in the local header and in the directory at the end.
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    path.write_bytes(bytes(content))
    assert_refused(settings, path, "protected by a password")


def test_a_zip_in_a_zip(settings: Settings, tmp_path: Path) -> None:
    inner = b.zip_bytes({"endsong_0.json": PLAYS})
    path = b.write_zip(tmp_path / "outer.zip", {"my_spotify_data.zip": inner})
    assert identify(path) is InputKind.NESTED_ZIP
    assert_refused(settings, path, "holds another zip")
    disguised = b.write_zip(tmp_path / "disguised.zip", {"endsong_0.json": inner, "endsong_1.json": PLAYS})
    receipt = import_exports(settings, [disguised])
    assert receipt.total.kept == 1
    assert receipt.problems == ("endsong_0.json: is a zip archive, not streaming history",)


def test_a_bomb(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("endsong_0.json", b"[" + b" " * 20_000_000 + b"]")
    assert_refused(settings, path, "packed more than 200 times")


def test_too_many_entries(settings: Settings, tmp_path: Path) -> None:
    path = b.write_zip(tmp_path / "many.zip", {f"{n}.json": b"" for n in range(containers.MAX_ENTRIES + 1)})
    assert_refused(settings, path, "at most 10,000")


def test_too_large_in_all(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "MAX_TOTAL_BYTES", 1000)
    path = b.write_zip(tmp_path / "large.zip", {"endsong_0.json": b.as_json([b.play(0), b.play(1)])})
    assert_refused(settings, path, "would unpack to more than")


def test_links_are_not_followed(settings: Settings, tmp_path: Path) -> None:
    path = b.write_zip(tmp_path / "links.zip", {"endsong_0.json": PLAYS})
    link = zipfile.ZipInfo("endsong_1.json")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    receipt = import_exports(settings, [path])
    assert receipt.packages[0].not_read == {"link": 1}


def test_half_a_download(settings: Settings, tmp_path: Path) -> None:
    whole = b.extended_package(tmp_path / "whole.zip").read_bytes()
    path = b.write(tmp_path / "half.zip", whole[: len(whole) // 2])
    assert_refused(settings, path, "breaks off or is damaged")


def test_a_name_duckdb_would_take_for_a_pattern(settings: Settings, tmp_path: Path) -> None:
    b.write(tmp_path / "given" / "endsong_1.json", [b.play(5), b.play(6)])
    path = b.write(tmp_path / "given" / "endsong_[1].json", [b.play(0)])
    receipt = import_exports(settings, [path])
    assert (receipt.total.kept, receipt.files[0].file_name) == (1, "endsong_[1].json")


def test_a_name_that_is_no_text(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "given"
    folder.mkdir()
    Path(os.fsdecode(bytes(folder) + b"/endsong_\xff.json")).write_bytes(PLAYS)
    assert import_exports(settings, [folder]).total.kept == 1


def test_a_folder_of_folders(settings: Settings, tmp_path: Path) -> None:
    b.write(tmp_path / "given" / b.EXTENDED_FOLDER / "Streaming_History_Audio_0.json", [b.play(0)])
    b.write(tmp_path / "given" / "MyData" / "StreamingHistory0.json", [b.account_play(1)])
    b.write(tmp_path / "given" / "MyData" / "Payments.json", b"{}")
    receipt = import_exports(settings, [tmp_path / "given"])
    assert receipt.total.kept == 2
    assert receipt.packages[0].sources == {"extended", "account"}
    assert receipt.packages[0].not_read == {"other JSON": 1}


def test_what_a_killed_import_left_is_swept(settings: Settings, tmp_path: Path) -> None:
    left = settings.temp_dir / "99999999-left"
    b.write(left / "entry", PLAYS)
    import_exports(settings, [b.write(tmp_path / "endsong_0.json", PLAYS)])
    assert not left.exists()
    assert stat.S_IMODE(settings.temp_dir.stat().st_mode) == 0o700
