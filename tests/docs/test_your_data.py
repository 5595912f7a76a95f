"""docs/your-data.md does what it says: its commands run, and its figures are those of the code."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from pathlib import Path

import duckdb
import pytest

from spotiflow.core.errors import LoginNeededError, WaitError
from spotiflow.core.settings import Settings
from spotiflow.ingest.features.enrich import ASK_AGAIN_AFTER
from spotiflow.ingest.spotify.capabilities import PROBE_AGAIN
from spotiflow.ingest.spotify.token_store import LOGIN_MONTHS, WARNING_MONTHS
from tests.conftest import RunCli
from tests.ingest import builders as b
from tests.ingest import scrobble_builders as s
from tests.paths import ROOT
from tests.test_conventions import COMMANDS

PAGE = (ROOT / "docs" / "your-data.md").read_text(encoding="utf-8")
PLAIN = " ".join(PAGE.split())
FIGURES = {
    "ends after six months": LOGIN_MONTHS == 6,
    "a warning appears a month before": LOGIN_MONTHS - WARNING_MONTHS == 1,
    "ends with exit code 3": LoginNeededError.exit_code == 3,
    "with exit code 4": WaitError.exit_code == 4,
    "keeps to 400 of each kind": Settings.spotify_daily_calls == 400,
    "remembers a refusal for 30 days": PROBE_AGAIN.days == 30,
    "is not asked again for 90 days": ASK_AGAIN_AFTER.days == 90,
    "asked once a second at most": Settings.reccobeats_pause_seconds == 1.0,
    "http://127.0.0.1:8888/callback": Settings.spotify_redirect_uri == "http://127.0.0.1:8888/callback",
    "the newest five stay": Settings.backups_kept == 5,
    "waits half a minute": Settings.lock_wait_seconds == 30,
}


@pytest.mark.parametrize("words", FIGURES)
def test_its_figures_are_those_of_the_code(words: str) -> None:
    assert words in PLAIN
    assert FIGURES[words]


def test_every_command_and_option_on_it_exists() -> None:
    lines = re.findall(r"^spotiflow (.*)$|`spotiflow ([^`]*)`", PAGE, re.MULTILINE)
    found = [(block or inline).partition("#")[0] for block, inline in lines]
    assert len(found) >= 15
    for line in found:
        words = line.split()
        name = next((name for name in (" ".join(words[:2]), words[0]) if name in COMMANDS), None)
        assert name, line
        known = {option for parameter in COMMANDS[name].params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known, line


def package(path: Path, folder: str, file: str, numbers: range) -> Path:
    """A zip as Spotify sends it: history beside files that are none."""
    records = [b.play_2025(number) for number in numbers]
    others = {f"{folder}/ReadMe.pdf": b"%PDF-1.7", f"{folder}/Userdata.json": b'{"country": "DE"}'}
    return b.write_zip(path, {f"{folder}/{file}": records, **others})


def told(run_cli: RunCli, *words: str | Path) -> dict[str, int]:
    """Run an import and return what became of its rows."""
    total: dict[str, int] = json.loads(run_cli(*words, "--json").stdout)["total"]
    assert total.pop("read") == sum(total.values())
    return {name: n for name, n in total.items() if n}


def test_a_person_goes_through_it(run_cli: RunCli, tmp_path: Path) -> None:
    first = package(
        tmp_path / "my_spotify_data.zip", b.EXTENDED_FOLDER, "Streaming_History_Audio_0.json", range(90)
    )
    assert told(run_cli, "ingest", "export", first) == {"kept": 90}
    # Twice, under another name, unpacked, and in a later and longer package: only what is new is added.
    renamed = first.rename(tmp_path / "renamed (1).zip")
    assert told(run_cli, "ingest", "export", renamed) == {"known": 90}
    with zipfile.ZipFile(renamed) as archive:
        archive.extractall(tmp_path / "unpacked")
    assert told(run_cli, "ingest", "export", tmp_path / "unpacked") == {"known": 90}
    later = package(tmp_path / "later.zip", "Other", "Streaming_History_Audio_2023_7.json", range(100))
    account = b.write(tmp_path / "StreamingHistory_music_0.json", [b.account_play(n) for n in range(5, 15)])
    assert told(run_cli, "ingest", "export", later, account) == {"kept": 20, "known": 90}
    printed = run_cli("ingest", "export", later, "--per-file").stdout
    assert "not read: 1 PDF, 1 other JSON" in " ".join(printed.split())
    scrobbles = b.write(
        tmp_path / "recenttracks-me-1700000000.csv", s.ghan([s.ghan_row(n) for n in range(4)])
    )
    assert told(run_cli, "ingest", "scrobbles", scrobbles) == {"kept": 4}
    assert told(run_cli, "ingest", "scrobbles", scrobbles) == {"known": 4}
    way_out(run_cli, tmp_path, n_rows=114)


def way_out(run_cli: RunCli, folder: Path, n_rows: int) -> None:
    """Back up, restore, take out and forget."""
    made = json.loads(run_cli("backup", "--json").stdout)
    assert made["plays"] == n_rows
    assert made["path"].split("/")[-1] in run_cli("backup", "--list").stdout
    assert "Restored" in run_cli("restore", "--yes").stdout
    zipped = folder / "my_listening.zip"
    run_cli("takeout", zipped)
    assert run_cli("takeout", zipped, check=False).returncode == 2
    with zipfile.ZipFile(zipped) as archive:
        archive.extractall(folder / "taken")
    receipt = json.loads((folder / "taken" / "receipt.json").read_text())
    for name, file in receipt["files"].items():
        assert hashlib.sha256((folder / "taken" / name).read_bytes()).hexdigest() == file["sha256"]
        with duckdb.connect() as db:
            reader = "read_parquet" if name.endswith("parquet") else "read_json"
            rows = db.execute(f"select * from {reader}(?)", [str(folder / "taken" / name)]).fetchall()
        assert len(rows) == file["rows"]
    assert receipt["files"]["tables/listening_history.json"]["rows"] == n_rows
    forgotten = " ".join(run_cli("forget", "me", "--yes").stdout.split())
    assert made["path"] in forgotten.replace(" ", "")
    assert str(zipped) in forgotten.replace(" ", "")
