"""Files that are damaged, cut off, written in another encoding or no history at all: what is kept of each."""

from __future__ import annotations

import codecs
import json
import os
from pathlib import Path

import pytest

from spotiflow.core.settings import Settings, load_settings
from spotiflow.ingest.exports import import_exports
from spotiflow.ingest.history.results import FileReceipt, HistoryReceipt
from spotiflow.warehouse.database import open_warehouse
from tests.ingest import builders as b

LEAST_CASES = 40
# As short as records can be: each byte of the file is a case.
RECORDS = [
    {"endTime": f"2023-01-01 00:0{number}", "trackName": "A", "artistName": "B", "msPlayed": 9}
    for number in range(2)
]
COMPACT = json.dumps(RECORDS, separators=(",", ":")).encode()
# Where in COMPACT the records end.
ENDS = [len(json.dumps(RECORDS[:n], separators=(",", ":")).encode()) - 1 for n in (1, 2)]


def import_files(settings: Settings, folder: Path, files: dict[str, bytes]) -> dict[str, FileReceipt]:
    """Import all files at once and return their receipts; a good one is among them."""
    for name, content in {**files, "endsong_good.json": b.as_json([b.play(0)])}.items():
        b.write(folder / name, content)
    receipt: HistoryReceipt = import_exports(settings, [folder])
    assert receipt.total.adds_up
    assert all(file.counts.adds_up for file in receipt.files)
    return {file.file_name: file for file in receipt.files}


def test_a_file_cut_off_at_every_byte(tmp_path: Path) -> None:
    """Whole records are kept, the broken one is counted, the receipt says so, and nothing is invented."""
    settings = load_settings(home=tmp_path / "home", threads=1)
    files = {f"StreamingHistory{n:04d}.json": COMPACT[:n] for n in range(1, len(COMPACT) + 1)}
    assert len(files) >= LEAST_CASES
    receipts = import_files(settings, tmp_path / "given", files)
    wrong = []
    stored = 0
    for length in range(1, len(COMPACT) + 1):
        file = receipts.get(f"StreamingHistory{length:04d}.json")
        n_whole = sum(end <= length for end in ENDS)
        if n_whole == 0:
            expected = file is None or (file.status == "unreadable" and file.counts.read == 0)
        else:
            assert file is not None
            counts = file.counts
            is_whole = length == len(COMPACT)
            # A comma or nothing is left behind the last whole record, or else a broken one.
            n_broken = int(length not in (*ENDS, *(end + 1 for end in ENDS)))
            expected = (counts.kept + counts.known, counts.rejected) == (n_whole, n_broken)
            expected = expected and file.status == ("ok" if is_whole else "damaged")
            stored += counts.kept
        if not expected:
            wrong.append((length, COMPACT[:length][-30:], file))
    assert not wrong
    assert stored == len(RECORDS)


def test_text_in_every_encoding(settings: Settings, tmp_path: Path) -> None:
    marks = {"utf-8": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
    marks |= {"utf-32-le": codecs.BOM_UTF32_LE, "utf-32-be": codecs.BOM_UTF32_BE, "latin-1": b""}
    files: dict[str, bytes] = {}
    names: dict[str, str] = {}
    for encoding, mark in marks.items():
        for number, name in enumerate(
            ["plain", "Café", "Ærøskøbing", "ÿþý", "¿Qué?", "naïve", "Ünüs", "§ 1"]
        ):
            place = len(files)
            text = json.dumps([b.play(place, master_metadata_track_name=name)], ensure_ascii=False)
            start = mark if number % 2 or encoding.startswith("utf-32") else b""
            files[f"endsong_{place}.json"] = start + text.encode(encoding)
            names[f"endsong_{place}.json"] = name
    assert len(files) >= LEAST_CASES
    receipts = import_files(settings, tmp_path / "given", files)
    assert {
        name: receipts[name].counts.kept + receipts[name].counts.known for name in files
    } == dict.fromkeys(files, 1)

    query = "select file_name, track_name from raw.listening_history where not file_name like '%good%'"
    with open_warehouse(settings, read_only=True) as db:
        stored = dict(db.execute(query).fetchall())
    # The play of the good file is that of the first one; which of them tells of it is all the same.
    assert {**names, **stored} == names
    assert len(stored) >= len(files) - 1


def test_damage_in_the_middle_costs_the_records_it_hits(settings: Settings, tmp_path: Path) -> None:
    records = [b.account_play(number) for number in range(100, 106)]
    content = json.dumps(records, separators=(",", ":")).encode()
    garbage = [b'"', b"{", b"}", b"\\", b",,", b'","', b"]", b"\xff\xfe", b"<html>", b"\x00" * 50]
    files = {}
    for number, noise in enumerate(garbage):
        for turn in range(4):
            # Into the name of the second to fifth song, between its words.
            place = content.index(b"Song 10%d" % (turn + 1)) + 4
            files[f"StreamingHistory{number}_{turn}.json"] = content[:place] + noise + content[place:]
    assert len(files) >= LEAST_CASES
    receipts = import_files(settings, tmp_path / "given", files)
    for name in files:
        counts = receipts[name].counts
        # Five of six are untouched; the sixth is kept where the noise left it a record.
        assert counts.kept + counts.known >= 4, (name, counts)
        assert counts.read <= 8, (name, counts)


STARTS: dict[str, tuple[bytes, str]] = {
    "html": (b"<!DOCTYPE html><html></html>", "an HTML page"),
    "html without type": (b"<html><body>Sign in</body></html>", "an HTML page"),
    "pdf": (b"%PDF-1.7\n", "a PDF document"),
    "png": (b"\x89PNG\r\n\x1a\n", "a picture"),
    "jpeg": (b"\xff\xd8\xff\xe0", "a picture"),
    "gif": (b"GIF89a", "a picture"),
    "zip": (b.zip_bytes({"endsong_0.json": b"[]"}), "a zip archive"),
    "gzip": (b"\x1f\x8b\x08\x00", "an archive that is no zip"),
    "7z": (b"7z\xbc\xaf\x27\x1c", "an archive that is no zip"),
    "rar": (b"Rar!\x1a\x07", "an archive that is no zip"),
    "bzip2": (b"BZh91AY", "an archive that is no zip"),
    "xz": (b"\xfd7zXZ\x00", "an archive that is no zip"),
    "sqlite": (b"SQLite format 3\x00", "a database"),
    "parquet": (b"PAR1\x15\x04", "a Parquet file"),
    "pointer": (b"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer"),
    "empty": (b"", "an empty file"),
    "spaces": (b" \n\t\r\n ", "an empty file"),
    "text": (b"hello, this is not JSON", "a text file"),
    "number": (b"7", "a text file"),
    "csv": (b"date,amount\n2024-01-01,12\n", "another CSV file"),
    "object": (b'{"country": "DE"}', "a JSON file without streaming history"),
    "other list": (b'[{"addedAt": "2024-01-01"}]', "a JSON file without streaming history"),
    "half": (b'{"country": "D', "a JSON file that breaks off"),
    "noise": (bytes(range(256)) * 8, "a file of unknown type"),
}
NAMES = ("StreamingHistory{}.json", "Streaming_History_Audio_{}.json")


def test_files_named_like_history_that_hold_none(settings: Settings, tmp_path: Path) -> None:
    files: dict[str, bytes] = {}
    words: dict[str, str] = {}
    for turn, pattern in enumerate(NAMES):
        for number, (content, found) in enumerate(STARTS.values()):
            name = pattern.format(100 * turn + number)
            files[name], words[name] = content, found
    assert len(files) >= LEAST_CASES
    receipts = import_files(settings, tmp_path / "given", files)
    told = {name: receipts[name].problem for name in files}
    assert {
        name: (problem or "").startswith(f"is {words[name]}") for name, problem in told.items()
    } == dict.fromkeys(files, True), told
    assert {receipts[name].status for name in files} == {"unreadable"}
    assert sum(file.counts.stored for file in receipts.values()) == 1


@pytest.mark.parametrize(
    "kind", ["link to a file", "link to nowhere", "link to itself", "pipe", "link to a folder"]
)
def test_a_folder_with_things_that_are_no_files(settings: Settings, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "given"
    outside = b.write(tmp_path / "elsewhere" / "endsong_9.json", [b.play(5)])
    b.write(folder / "endsong_0.json", [b.play(0)])
    odd = folder / "endsong_1.json"
    if kind == "pipe":
        os.mkfifo(odd)
    else:
        target = {"link to a file": outside, "link to nowhere": tmp_path / "x", "link to itself": odd}
        odd.symlink_to(target.get(kind, outside.parent))
    receipt = import_exports(settings, [folder])
    # A link to a file is a way people keep files; one to a folder is not walked, so it cannot go in a circle.
    assert receipt.total.kept == (2 if kind == "link to a file" else 1)
