"""Backups whose manifest is odd, homes with something in the way, and a warehouse behind a link."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from spotiflow.core.errors import InputError
from spotiflow.core.settings import Settings
from spotiflow.ingest.listeners import add_listener
from spotiflow.pipeline.backup_commands import make_backup, put_back
from spotiflow.warehouse.backups import list_backups, read_backup


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
