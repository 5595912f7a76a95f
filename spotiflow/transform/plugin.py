"""What dbt-duckdb cannot do from profiles.yml: make the private home folder before the file is opened."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin


class Plugin(BasePlugin):
    """Lets plain `dbt build` work with no home at all; named in profiles.yml."""

    def update_connection_config(self, creds: Any, config: dict[str, Any]) -> None:
        """Make the folder of the warehouse (0700) and hand `SPOTIFLOW_THREADS` to DuckDB."""
        path = Path(creds.path).expanduser()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        creds.path = str(path)
        if os.environ.get("SPOTIFLOW_THREADS"):
            config["threads"] = int(os.environ["SPOTIFLOW_THREADS"])

    def configure_connection(self, conn: Any) -> None:  # noqa: ARG002 (the signature is dbt-duckdb's)
        """Keep the file for its owner only: it holds a person's listening."""
        if self.creds is not None:
            Path(self.creds.path).chmod(0o600)
