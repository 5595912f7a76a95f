"""No character from outside commands a terminal, forges a line of the log or breaks a picture."""

from __future__ import annotations

import io
import json
import logging
import os
import pty
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.table import Table
from rich.text import Text

from spotiflow.core.console import SafeConsole
from spotiflow.core.redaction import RedactingFormatter
from spotiflow.core.safe_text import safe, safe_json
from spotiflow.core.settings import Settings
from spotiflow.ingest.listeners import add_listener
from spotiflow.report.drawing.paper import Paper
from spotiflow.report.drawing.picture import save
from spotiflow.warehouse.database import open_warehouse
from tests.paths import ROOT

EVIL = "\x1b]0;owned\x07\x1b[2J\r\x9b31m\u202eabc\u2066\x00\uffff\U0001fffe\U000e0041\ufdd0\x7f"
GOOD = "Björk 日本 🎉\u200d🔥 \u0645\u0631 a\tb\n"


def test_what_is_text_stays() -> None:
    assert safe(GOOD) == GOOD
    assert safe("\ud800") == "\ufffd"
    assert set(safe(EVIL)) & set(EVIL) == set("]0;owned[2J31mabc")


def test_json_says_the_same() -> None:
    text = safe_json(json.dumps({"a": EVIL}, ensure_ascii=False))
    assert safe(text) == text
    assert json.loads(text) == {"a": EVIL}


def test_nothing_of_it_leaves_a_console() -> None:
    out = io.StringIO()
    console = SafeConsole(file=out, width=80, force_terminal=True, color_system="truecolor")
    table = Table(EVIL)
    table.add_row(Text(EVIL, style="red"))
    console.print(table, Text(EVIL), EVIL.replace("[", ""))
    shown = out.getvalue()
    assert "\x1b[31m" in shown, "colours of our own stay"
    assert not any(char in shown for char in "\x07\x9b\u202e\u2066\x00\uffff\x7f")
    assert "\x1b]" not in shown
    assert "\x1b[2J" not in shown


def test_no_line_of_the_log_can_be_forged() -> None:
    formatter = RedactingFormatter("%(asctime)s %(levelname)s %(message)s")
    forged = "a\n2026-01-01 00:00:00,000 ERROR everything is lost\r\u2028b\x1b[1A"
    record = logging.LogRecord("spotiflow", logging.INFO, "", 0, "%s", (forged,), None)
    first, second = formatter.format(record).split("\n")
    assert second.startswith("    2026")
    assert "\x1b" not in first + second
    assert len(formatter.format(record).splitlines()) == 2


def test_a_picture_is_well_formed(tmp_path: Path) -> None:
    save(Paper(lambda _: [[Text(EVIL)]]), tmp_path / "a.svg")
    ElementTree.parse(tmp_path / "a.svg")


@pytest.fixture
def evil_home(settings: Settings) -> Settings:
    """A home in which every text that can come from outside holds commands for a terminal."""
    add_listener(settings, "anna", display_name=EVIL, time_zone="UTC")
    with open_warehouse(settings) as db:
        db.execute(
            "insert into raw.stage_runs values ('r', 'build', now(), now(), 'failed', ?, null)", [EVIL]
        )
        db.execute("insert into raw.tracks (track_id, track_name, fetched_at) values ('t', ?, now())", [EVIL])
    settings.logs_dir.joinpath("spotiflow.log").write_text(f"2026-01-01 00:00:00 {EVIL}\n", encoding="utf-8")
    (settings.home / "alerts.json").write_text(
        json.dumps([{"cause": "gap:anna", "message": EVIL, "since": "2026-01-01", "told_at": None}])
    )
    return settings


@pytest.mark.parametrize(
    "words",
    [
        ["status"],
        ["logs"],
        ["listener", "list"],
        ["auth", "status"],
        ["sql", "from raw.tracks"],
        ["sql", "--csv", "from raw.tracks"],
        ["sql", "--json", "from raw.tracks"],
        ["sql", "--md", "from raw.tracks"],
        ["sql", f'select * from "{EVIL.replace(chr(0), "")}"'],
    ],
)
def test_no_command_lets_it_reach_a_terminal(evil_home: Settings, words: list[str]) -> None:
    shown = at_a_terminal(evil_home, words)
    assert shown
    for char in "\x07\x9b\u202e\u2066\x00\uffff\x7f\U000e0041\ufdd0":
        assert char not in shown
    assert "\x1b]" not in shown
    assert "\x1b[2J" not in shown


def at_a_terminal(settings: Settings, words: list[str]) -> str:
    """Return what a command shows at a terminal."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"SPOTIFLOW_HOME": str(settings.home), "TERM": "dumb"}
    command = [sys.executable, str(ROOT / "cli.py"), *words]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment):
        os.close(theirs)
        shown = b""
        while True:
            try:
                block = os.read(ours, 65536)
            except OSError:  # Linux says so when the last writer is gone.
                block = b""
            if not block:
                break
            shown += block
    os.close(ours)
    return shown.decode("utf-8", "replace")


def test_into_a_pipe_no_byte_changes(evil_home: Settings) -> None:
    command = [sys.executable, str(ROOT / "cli.py"), "sql", "--csv", "select track_name from raw.tracks"]
    environment = os.environ | {"SPOTIFLOW_HOME": str(evil_home.home), "LC_ALL": "C"}
    done = subprocess.run(command, capture_output=True, env=environment, check=True)
    assert done.stdout == b'track_name\n"' + EVIL.encode() + b'"\n'
