"""`spotiflow status --runs`: how long each stage takes and how often it goes well."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from spotiflow.core.settings import Settings
from spotiflow.core.words import share
from spotiflow.pipeline.watch.status_sql import STAGE_FIGURES
from spotiflow.warehouse.database import open_warehouse


def run_figures(settings: Settings) -> list[dict[str, Any]]:
    """Return a row per stage over all runs the log knows (400 days). Raises as `open_warehouse`."""
    with open_warehouse(settings, read_only=True) as db:
        cursor = db.execute(STAGE_FIGURES)
        names = [str(column[0]) for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def render_figures(rows: list[dict[str, Any]]) -> Table:
    """Lay the figures out; times are UTC."""
    table = Table("stage", "runs", "went well", "median", "longest", "last failure", box=None, pad_edge=False)
    for row in rows:
        failed = f"{row['last_failure_at']:%Y-%m-%d %H:%M}" if row["last_failure_at"] else "-"
        seconds = [f"{row[name] or 0:.1f} s" for name in ("median_seconds", "longest_seconds")]
        table.add_row(row["stage"], f"{row['runs']:,}", share(row["success_share"]), *seconds, failed)
    return table
