"""Paths nobody thinks of: names that are no text, files that cannot be read, folders without a file."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from spotiflow.core.console import printable
from spotiflow.core.errors import HomeError, InputError
from spotiflow.core.settings import Settings, load_settings
from spotiflow.ingest.exports import import_exports
from spotiflow.ingest.exports.explain import explain_row
from spotiflow.ingest.files.inputs import InputKind, identify
from spotiflow.ingest.scrobbles import import_scrobbles
from tests.conftest import RunCli
from tests.ingest import builders as b
from tests.ingest import scrobble_builders as s
from tests.ingest.conftest import Rows

Query = Callable[..., Rows]
ODD = {
    "no UTF-8": (b"bad\xff.json", "bad\ufffd.json"),
    "command for the terminal": (b"endsong\x1b[31m.json", "endsong\ufffd[31m.json"),
    "two lines": (b"endsong\n0.json", "endsong\ufffd0.json"),
    "picture": ("endsong💿 [x]*?.json".encode(), "endsong💿 [x]*?.json"),
}


@pytest.mark.parametrize("name", ODD)
def test_a_name_that_is_no_text(name: str, settings: Settings, tmp_path: Path, query: Query) -> None:
    """Alone, in a folder of such a name, and in a zip: shown, stored and explained under letters."""
    raw, shown = ODD[name]
    path = b.write(Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + raw + b"/" + raw)), [b.play(1)])
    import_exports(settings, [path])
    assert query("select distinct file_name from raw.ingest_files") == [(shown,)]
    assert query("select input from raw.ingest_runs") == [(shown,)]
    assert explain_row(settings, f"{path}:1", []).outcome == "kept"
    assert explain_row(settings, f"{os.fsdecode(raw)}:1", [path.parent]).file_name == shown
    zipped = b.write_zip(tmp_path / "data.zip", {raw.decode(errors="replace"): [b.play(1), b.play(2)]})
    receipt = import_exports(settings, [path.parent, zipped])
    assert {file.file_name.rpartition("/")[2] for file in receipt.files} == {shown}
    assert receipt.packages[0].name == shown
    assert "\x1b" not in str(receipt.to_dict())


@pytest.fixture
def broken_disk(tmp_path: Path) -> Path:
    """A folder of an export in which one file cannot be read, as where the disk or the rights fail."""
    folder = b.write(tmp_path / "given" / "endsong_0.json", [b.play(1)]).parent
    (folder / "endsong_1.json").symlink_to("/proc/self/mem")
    return folder


def test_a_file_that_cannot_be_read_does_not_stop_the_others(settings: Settings, broken_disk: Path) -> None:
    assert identify(broken_disk) is InputKind.EXPORT
    receipt = import_exports(settings, [broken_disk])
    assert receipt.total.kept == 1
    assert list(receipt.problems) == ["endsong_1.json: cannot be read: Input/output error"]
    assert not receipt.is_complete


def test_nor_in_a_folder_of_scrobbles(settings: Settings, tmp_path: Path) -> None:
    folder = b.write(tmp_path / "given" / "listens.jsonl", s.lines([s.listen(1)])).parent
    (folder / "more.json").symlink_to("/proc/self/mem")
    receipt = import_scrobbles(settings, [folder])
    assert receipt.total.kept == 1
    assert list(receipt.problems) == ["more.json: cannot be read: Input/output error"]


def test_where_none_can_be_read_the_reason_is_told(settings: Settings, broken_disk: Path) -> None:
    (broken_disk / "endsong_0.json").unlink()
    with pytest.raises(InputError, match=r"endsong_1.json in .* cannot be read: Input/output error"):
        import_exports(settings, [broken_disk])
    with pytest.raises(InputError, match="cannot be read: Input/output error"):
        import_exports(settings, [broken_disk / "endsong_1.json"])
    assert not settings.database_path.exists()


def test_links_and_pipes_do_not_make_a_folder_empty(settings: Settings, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "endsong_0.json")
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    (tmp_path / "self").symlink_to(tmp_path)
    assert identify(tmp_path) is InputKind.OTHER_FOLDER
    b.write(tmp_path / "endsong_1.json", [b.play(1)])
    receipt = import_exports(settings, [tmp_path])
    assert receipt.packages[0].not_read == {"link to nothing": 2, "pipe or device": 1}


def test_a_home_that_is_a_file(tmp_path: Path) -> None:
    with pytest.raises(HomeError, match="is a file; expected the folder"):
        load_settings(home=b.write(tmp_path / "home", b"x"))


def test_an_error_cannot_command_the_terminal(run_cli: RunCli, tmp_path: Path) -> None:
    for words in ([], ["--json"]):
        done = run_cli("ingest", "export", tmp_path / "no\x1b[31m\udcff", *words, check=False)
        assert done.returncode == 1
        assert "\x1b[31m" not in done.stdout + done.stderr
        assert "does not exist" in done.stdout + done.stderr
    assert printable("a\tb\n\x85c", keep="\n") == "a\ufffdb\n\ufffdc"
