"""Files DuckDB refuses whole: the readable rows stay, the receipt says what is lost, other files go on."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spotiflow.core.errors import InputError
from spotiflow.core.settings import Settings
from spotiflow.ingest.exports import import_exports
from spotiflow.ingest.exports.generations import RECORD_KEYS
from spotiflow.ingest.files.repair import repair
from spotiflow.ingest.history.results import HistoryReceipt
from tests.ingest import builders as b
from tests.ingest.conftest import Rows
from tests.paths import ROOT

Query = Callable[..., Rows]
TakeIn = Callable[..., HistoryReceipt]
NAME = "Streaming_History_Audio_0.json"
WHOLE = b.as_json([b.play(number) for number in range(3)])

CLEANED = "cleaned: 1 rows had control characters or endless texts in their names"
READABLE: dict[str, tuple[bytes, int, int, str | None]] = {
    "byte order mark": (b"\xef\xbb\xbf" + WHOLE, 3, 0, None),
    "utf-16": (WHOLE.decode().encode("utf-16"), 3, 0, "read as utf-16"),
    "utf-16 without mark": (WHOLE.decode().encode("utf-16-be"), 3, 0, "read as utf-16-be"),
    "latin-1": (WHOLE.replace(b"Song 1", b"Caf\xe9"), 3, 0, "read as Latin-1"),
    "lone surrogate": (WHOLE.replace(b"Song 1", rb"\ud83d"), 3, 0, None),
    "duplicate key": (WHOLE.replace(b'"ts"', b'"ms_played": 1, "ts"', 1), 3, 0, None),
    "one per line": ("\n".join(json.dumps(b.play(n)) for n in range(3)).encode(), 3, 0, None),
    "comma at the end": (WHOLE.rstrip(b"\n]") + b",]", 3, 0, None),
    "closed too late": (WHOLE + b"\x00\x00", 3, 1, None),
    "cut in a row": (WHOLE[:-300], 2, 1, None),
    "cut between rows": (WHOLE.rstrip(b"\n]"), 3, 0, None),
    "broken in the middle": (WHOLE.replace(b'"Song 1"', b'"Song 1'), 2, 1, None),
    "control character": (WHOLE.replace(b"Song 1", b"So\x01ng"), 3, 0, CLEANED),
    "numbers that are none": (WHOLE.replace(b"180001", b"NaN"), 2, 1, None),
    "glued lists": (WHOLE + WHOLE.replace(b"2023-", b"2022-"), 6, 0, None),
}


@pytest.mark.parametrize("damage", READABLE)
def test_readable_rows_are_kept(take_in: TakeIn, query: Query, damage: str) -> None:
    content, kept, rejected, note = READABLE[damage]
    receipt = take_in({NAME: content})
    assert (receipt.total.kept, receipt.total.rejected) == (kept, rejected)
    assert receipt.files[0].note == note
    assert set(receipt.reasons) <= {"no complete JSON record", "ms_played is no number"}
    assert query("select count(*) from raw.listening_history where track_id is not null") == [(kept,)]
    is_whole = damage not in {"closed too late", "cut in a row", "cut between rows", "broken in the middle"}
    assert receipt.is_complete is is_whole
    assert query("select status from raw.ingest_runs") == [("ok" if is_whole else "partial",)]


def test_the_first_of_two_values_counts_for_both_readers(take_in: TakeIn, query: Query) -> None:
    twice = [b'{"ts": "2023-01-01T00:0%d:00Z", "ms_played": 5, "ms_played": 6}' % n for n in (1, 2)]
    take_in({"endsong_0.json": b"[%s]" % twice[0], "endsong_1.json": b"[%s" % twice[1]})
    assert query("select ms_played, count(*) from raw.listening_history group by 1") == [(5, 2)]


def test_a_row_longer_than_a_block_is_read(tmp_path: Path) -> None:
    source = b.write(tmp_path / "in", b.as_json([b.play(0, platform="x" * 900_000), b.play(1)])[:-1])
    found = repair(source, tmp_path / "out", closing="]", keys=RECORD_KEYS)
    assert (found.rows, found.broken, found.is_cut_off) == (2, 0, True)


def test_deep_nesting_is_one_broken_row(take_in: TakeIn) -> None:
    deep = b'{"ts": ' + b"[" * 20_000 + b"]" * 20_000 + b"},"
    receipt = take_in({NAME: WHOLE[:1] + deep + WHOLE[1:-20]})
    assert receipt.total.kept == 2


def test_one_damaged_file_does_not_stop_the_others(settings: Settings, query: Query, tmp_path: Path) -> None:
    package = b.write_zip(
        tmp_path / "data.zip",
        {
            "a/Streaming_History_Audio_0.json": WHOLE[:90],
            "a/Streaming_History_Audio_1.json": b"<html>not found</html>",
            "a/Streaming_History_Audio_2.json": [b.play(8)],
            "a/Userdata.json": b'{"country": "DE"}',
        },
    )
    receipt = import_exports(settings, [package])
    assert receipt.total.kept == 1
    assert receipt.packages[0].not_read == {"other JSON": 1}
    assert len(receipt.problems) == 2
    assert "breaks off before its first complete record" in " ".join(receipt.problems)
    assert "an HTML page" in " ".join(receipt.problems)
    assert query("select file_name, kind, status, rows_read from raw.ingest_files order by 1") == [
        ("a/Streaming_History_Audio_0.json", None, "unreadable", 0),
        ("a/Streaming_History_Audio_1.json", None, "unreadable", 0),
        ("a/Streaming_History_Audio_2.json", "extended", "ok", 1),
        ("a/Userdata.json", "other JSON", "not_read", 0),
    ]


def test_a_member_with_a_wrong_checksum_does_not_stop_the_others(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "data.zip"
    with zipfile.ZipFile(path, "w") as archive:
        # Long enough that its head can be read before the checksum is looked at.
        archive.writestr("endsong_0.json", b.as_json([b.play(number) for number in range(400)]))
        archive.writestr("endsong_1.json", b.as_json([b.play(1)]))
    content = path.read_bytes()
    path.write_bytes(content.replace(b'"Song 390"', b'"Song 39x"'))
    receipt = import_exports(settings, [path])
    assert receipt.total.kept == 1
    assert [file.status for file in receipt.files] == ["unreadable", "ok"]
    assert not list(settings.temp_dir.iterdir())


def test_half_a_record_is_an_error_and_nothing_is_stored(settings: Settings, tmp_path: Path) -> None:
    path = b.write(tmp_path / NAME, WHOLE[:200])
    with pytest.raises(InputError, match="breaks off before its first complete record") as caught:
        import_exports(settings, [path])
    assert "Download" in caught.value.hint


def test_an_empty_list_is_an_export_without_plays(take_in: TakeIn) -> None:
    receipt = take_in({"StreamingHistory_podcast_0.json": b"[]"})
    assert receipt.total.read == 0
    assert receipt.is_complete


def test_a_failure_midway_leaves_whole_files_and_running_again_does_the_rest(
    take_in: TakeIn, query: Query, settings: Settings, tmp_path: Path
) -> None:
    files: dict[str, Any] = {
        "endsong_0.json": [b.play(number) for number in range(50)],
        "endsong_1.json": [b.play(number) for number in range(50, 90)],
    }
    paths = [b.write(tmp_path / "given" / name, records) for name, records in files.items()]
    killer = f"""
import os, sys
sys.path.insert(0, {str(ROOT)!r})
from spotiflow.core.console import log
from spotiflow.core.settings import load_settings
from spotiflow.ingest.exports import import_exports
from pathlib import Path
import logging
class Kill(logging.Handler):
    def emit(self, record):
        os.kill(os.getpid(), 9)
log.setLevel("INFO"); log.addHandler(Kill())
import_exports(load_settings(home=Path({str(settings.home)!r})), {[str(path) for path in paths]!r})
"""
    done = subprocess.run([sys.executable, "-c", killer], capture_output=True, text=True, check=False)
    assert done.returncode == -9, done.stderr
    assert query("select count(*) from raw.listening_history") == [(50,)]
    assert query("select file_name, rows_kept from raw.ingest_files") == [("endsong_0.json", 50)]
    assert query("select status from raw.ingest_runs") == [("running",)]
    assert list(settings.temp_dir.iterdir())
    receipt = take_in(files)
    assert (receipt.total.kept, receipt.total.known) == (40, 50)
    assert not list(settings.temp_dir.iterdir())
