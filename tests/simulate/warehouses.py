"""Warehouses of simulated people, and a look into them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from spotiflow.core.settings import Settings, load_settings
from spotiflow.warehouse.database import open_warehouse, prepare_home

Rows = list[tuple[Any, ...]]
DAYS = 40
HISTORY = "select * exclude (run_id, ingested_at) from raw.listening_history order by all"


def rows(settings: Settings, sql: str = HISTORY) -> Rows:
    with open_warehouse(settings, read_only=True) as db:
        return db.execute(sql).fetchall()


def home_with(catalogue: Path, home: Path) -> Settings:
    settings = load_settings(home=home, lock_wait_seconds=0.5, threads=2)
    prepare_home(settings)
    shutil.copy(catalogue, settings.database_path)
    return settings
