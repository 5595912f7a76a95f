"""`--explain FILE:ROW` says what became of a row and why, for every outcome there is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.console import Console

from spotiflow.core.errors import InputError, NotFoundError, UsageError
from spotiflow.core.settings import Settings
from spotiflow.ingest.exports import import_exports
from spotiflow.ingest.exports.explain import explain_row, render
from tests.conftest import RunCli
from tests.ingest import builders as b

ROWS = [
    b.play(0),
    b.play(1, ts="yesterday"),
    b.play(0, platform="android"),
    b.episode(2),
    b.play(3, incognito_mode=True),
    b.play(4),
    7,
]


@pytest.fixture
def zipped(tmp_path: Path) -> Path:
    return b.write_zip(tmp_path / "my_spotify_data.zip", {"Folder/endsong_0.json": ROWS})


def test_every_outcome(settings: Settings, zipped: Path, tmp_path: Path) -> None:
    other = b.write(tmp_path / "endsong_7.json", [b.play(4)])
    import_exports(settings, [other])
    before = [explain_row(settings, f"endsong_0.json:{row}", [zipped]).outcome for row in range(1, 8)]
    assert before == [
        *("not imported", "rejected", "not imported", "not imported"),
        "not imported",
        "known",
        "rejected",
    ]
    import_exports(settings, [zipped], skip_incognito=True)
    found = [explain_row(settings, f"Folder/endsong_0.json:{row}", [zipped]) for row in range(1, 8)]
    assert [(one.outcome, one.why.split(";")[0].partition(" on 2")[0]) for one in found] == [
        ("kept", "stored"),
        ("rejected", "end time is no date"),
        ("known", "row 1 of this file tells of the same play: same second, content and length"),
        ("kept apart", "it is a podcast, not music"),
        ("left out", "a private session, and the import was told to leave those out"),
        ("known", "the same play was stored from endsong_7.json (extended)"),
        ("rejected", "no record of a stream"),
    ]
    assert "kept in rejected_rows since" in found[1].why
    assert found[0].what == "track: Band 0 - Song 0, ended 2023-01-01 00:00:00 UTC, 180 s"
    assert found[0].silver is None
    console = Console(width=120)
    with console.capture() as capture:
        console.print(render(found[3]))
    assert "kept apart" in capture.get()


def test_a_file_by_its_path(settings: Settings, tmp_path: Path) -> None:
    path = b.write(tmp_path / "endsong_0.json", ROWS)
    with pytest.raises(NotFoundError):
        explain_row(settings, f"{path}:1", [])
    import_exports(settings, [path])
    assert explain_row(settings, f"{path}:5", []).outcome == "kept"


@pytest.mark.parametrize(
    "target", ["endsong_0.json", "endsong_0.json:0", "endsong_0.json:x", ":3", "other.json:1"]
)
def test_what_names_no_row(settings: Settings, zipped: Path, target: str) -> None:
    import_exports(settings, [zipped])
    with pytest.raises(UsageError):
        explain_row(settings, target, [zipped])


def test_rows_and_files_that_are_not_there(settings: Settings, zipped: Path, tmp_path: Path) -> None:
    import_exports(settings, [zipped])
    with pytest.raises(UsageError, match="has 7 rows"):
        explain_row(settings, "endsong_0.json:8", [zipped])
    with pytest.raises(InputError, match="does not exist"):
        explain_row(settings, "nowhere.json:8", [])
    twin = b.write_zip(tmp_path / "twin.zip", {"endsong_0.json": ROWS, "old/endsong_0.json": ROWS})
    assert explain_row(settings, "old/endsong_0.json:1", [twin]).outcome == "kept"
    with pytest.raises(UsageError, match="several files"):
        explain_row(settings, "endsong_0.json:1", [twin, zipped])


def test_the_command(settings: Settings, zipped: Path, run_cli: RunCli) -> None:
    run_cli("ingest", "export", zipped)
    words = ("ingest", "export", zipped, "--explain", "endsong_0.json:2")
    assert "end time is no date" in run_cli(*words).stdout
    assert json.loads(run_cli(*words, "--json").stdout)["outcome"] == "rejected"
    assert run_cli("ingest", "export", check=False).returncode == 2
