"""What tests of ingest share: an import with one call, and a look into raw."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spotiflow.core.settings import Settings
from spotiflow.ingest.exports import import_exports
from spotiflow.ingest.history.results import HistoryReceipt
from spotiflow.warehouse.database import open_warehouse
from tests.ingest.builders import write

Rows = list[tuple[Any, ...]]


@pytest.fixture
def query(settings: Settings) -> Callable[..., Rows]:
    """Run a query on the warehouse of the test."""

    def run(sql: str, *values: Any) -> Rows:
        with open_warehouse(settings, read_only=True) as db:
            return db.execute(sql, list(values)).fetchall()

    return run


@pytest.fixture
def take_in(settings: Settings, tmp_path: Path) -> Callable[..., HistoryReceipt]:
    """Write files by name and content and import them all."""

    def run(files: dict[str, Any], **options: Any) -> HistoryReceipt:
        paths = [write(tmp_path / "given" / name, content) for name, content in files.items()]
        receipt = import_exports(settings, paths, **options)
        assert receipt.total.adds_up
        assert all(file.counts.adds_up for file in receipt.files)
        return receipt

    return run
