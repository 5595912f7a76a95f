"""Backups whose manifest is odd, homes with something in the way, and a warehouse behind a link."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from spotiflow.core.errors import InputError
from spotiflow.core.settings import Settings
from spotiflow.ingest.listeners import add_listener
from spotiflow.pipeline.backup_commands import find_backup, make_backup, put_back, render_list
from spotiflow.warehouse.backups import damaged_backups, list_backups, read_backup


@pytest.mark.parametrize(
    "change",
    [
        {"files": None},
        {"files": {"spotiflow.duckdb": {"bytes": 1}}},
        {"files": {"spotiflow.duckdb": "x"}},
        {"files": {"": {"bytes": 1, "sha256": "x"}}},
        {"listeners": 5},
        {"listeners": [1]},
        {"plays": "many"},
        {"schema_version": [1]},
        {"made_at": None},
        {"number": "x"},
    ],
)
def test_an_odd_manifest_is_no_backup(settings: Settings, change: dict[str, Any]) -> None:
    add_listener(settings, "anna", time_zone="UTC")
    made = make_backup(settings)
    manifest = made.path / "backup.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | change))
    with pytest.raises(InputError, match="is no backup"):
        read_backup(made.path)
    assert list_backups(settings.backups_dir) == []


@pytest.mark.parametrize("manifest", ["", "[" * 200_000, "null"])
def test_the_newest_is_not_passed_over_in_silence(settings: Settings, manifest: str) -> None:
    add_listener(settings, "anna", time_zone="UTC")
    older, newest = make_backup(settings), make_backup(settings)
    (newest.path / "backup.json").write_text(manifest)
    assert damaged_backups(settings.backups_dir) == [newest.name]
    with pytest.raises(InputError, match=f"{newest.name} cannot be used"):
        find_backup(settings, None)
    assert find_backup(settings, older.name) == older
    page = Console(width=200)
    with page.capture() as printed:
        page.print(render_list([older], [newest.name]))
    assert f"{newest.name} cannot be used" in printed.get()


def test_a_file_where_a_restore_works_is_no_hindrance(settings: Settings) -> None:
    add_listener(settings, "anna", time_zone="UTC")
    made = make_backup(settings)
    (settings.home / ".restoring").write_text("x")
    put_back(settings, made)
    assert not (settings.home / ".restoring").exists()


def test_a_warehouse_behind_a_link_is_backed_up(settings: Settings, tmp_path: Path) -> None:
    add_listener(settings, "anna", time_zone="UTC")
    settings.database_path.rename(tmp_path / "elsewhere.duckdb")
    settings.database_path.symlink_to(tmp_path / "elsewhere.duckdb")
    made = make_backup(settings)
    assert made.listeners == ["anna"]
    assert (made.path / "spotiflow.duckdb").stat().st_size > 10_000
