"""What dbt-duckdb cannot do from profiles.yml: wait for the file, keep it private, make the source tables.

So plain `dbt build` works with no home at all, and beside a program that has the file open for a moment.
"""

from __future__ import annotations

from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.adapters.exceptions.connection import FailedToConnectError

from spotiflow.core.errors import SpotiflowError
from spotiflow.core.settings import load_settings
from spotiflow.warehouse.database import configuration, open_file, prepare_home
from spotiflow.warehouse.schema import apply_schema, refuse_outdated
from spotiflow.warehouse.waiting import when_free


class Plugin(BasePlugin):
    """Opens the warehouse the way spotiflow does; named in profiles.yml."""

    def update_connection_config(self, creds: Any, config: dict[str, Any]) -> None:
        """Open the file, waiting for whoever has it, and keep it until dbt has a connection of its own.

        dbt connects right after this to the same file with the same configuration, and so shares what is
        open here already: nobody can get in between.
        """
        try:
            settings = load_settings()
            prepare_home(settings)
            path = settings.database_path
            creds.path = str(path)
            config |= configuration(settings)
            self._first = when_free(path, settings.lock_wait_seconds, lambda: open_file(path, config))
        except SpotiflowError as error:
            raise FailedToConnectError(f"{error.message} {error.hint}") from error

    def configure_connection(self, conn: Any) -> None:
        """Create the source tables that are missing, and let go of the connection that waited."""
        try:
            refuse_outdated(conn)
            apply_schema(conn)
        except SpotiflowError as error:
            raise FailedToConnectError(f"{error.message} {error.hint}") from error
        finally:
            self._first.close()
