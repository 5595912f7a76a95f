"""Your Spotify listening as a local, tested, documented warehouse in one DuckDB file.

For scripts and notebooks; these names are public, everything else may change:

    import spotiflow

    with spotiflow.connect() as db:
        plays = db.sql("select * from listening_with_features").df()
    top = spotiflow.table("top_artists").filter("rank <= 10").df()

Importing costs next to nothing: DuckDB is loaded by the first connection, dbt and scikit-learn never.
"""

from __future__ import annotations

import os as _os
import typing as _typing
from pathlib import Path as _Path

if _typing.TYPE_CHECKING:
    import duckdb as _duckdb

    from spotiflow.core.settings import Settings as _Settings

    __version__: str

__all__ = ["__version__", "connect", "home", "settings", "table"]


def settings(home: str | _os.PathLike[str] | None = None) -> _Settings:
    """Return every setting as the commands see it: environment, then `config.toml`, then default.

    `home` is the folder of a warehouse; default: `SPOTIFLOW_HOME`, else `~/.spotiflow`.
    Raises InputError for a value that cannot be read.
    """
    from spotiflow.core.settings import load_settings

    return load_settings(None if home is None else _Path(home))


def home() -> _Path:
    """Return the folder of the warehouse: `SPOTIFLOW_HOME`, else `~/.spotiflow`."""
    return settings().home


def connect(home: str | _os.PathLike[str] | None = None) -> _duckdb.DuckDBPyConnection:
    """Return a read-only DuckDB connection at UTC that finds tables of gold, silver, bronze and raw by name.

    Close it when done (or use `with`): a build waits for whoever reads the file. Raises NotFoundError where
    there is no warehouse yet, WarehouseBusyError where another process writes to it for too long.
    """
    from spotiflow.warehouse.database import connect as open_file

    return open_file(settings(home), read_only=True)


def table(name: str, home: str | _os.PathLike[str] | None = None) -> _duckdb.DuckDBPyRelation:
    """Return one table as a DuckDB relation, such as `table("top_artists").df()`.

    The file stays open for reading as long as the relation lives. Raises as `connect`, and NotFoundError for
    a table that does not exist.
    """
    import duckdb

    from spotiflow.core.errors import NotFoundError

    db = connect(home)
    try:
        return db.table(name)
    except duckdb.CatalogException as error:
        db.close()
        raise NotFoundError(
            f"There is no table '{name}' in this warehouse.", hint="spotiflow tables lists them."
        ) from error


def __getattr__(name: str) -> str:
    # Looking up the version takes longer than the rest of the import, and few ask.
    if name != "__version__":
        raise AttributeError(f"module 'spotiflow' has no attribute '{name}'")
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("spotiflow")
    except PackageNotFoundError:
        return "0"


def __dir__() -> list[str]:
    return __all__
