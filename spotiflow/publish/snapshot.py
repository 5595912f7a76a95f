"""A copy of the warehouse file to read from while rows go over a network: the file itself must stay free."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from spotiflow.core.settings import Settings
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.temp_folder import temp_folder


@contextmanager
def snapshot(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a read-only connection to a copy of the warehouse in a 0700 folder, which is removed at the end.

    Nobody can write while it is copied, since a reader holds the file. Raises as `open_warehouse`.
    """
    with temp_folder(settings) as folder:
        place = folder / settings.database_path.name
        with open_warehouse(settings, read_only=True):
            # The warehouse last: reading it by hand ends DuckDB's lock, and then somebody may write.
            for source in (Path(f"{settings.database_path}.wal"), settings.database_path):
                if source.exists():
                    shutil.copyfile(source, place.with_name(source.name))
        db = duckdb.connect(str(place), read_only=True, config={"memory_limit": settings.memory_limit})
        try:
            db.execute("set TimeZone = 'UTC'")
            yield db
        finally:
            db.close()
