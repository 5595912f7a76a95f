"""What `spotiflow build` ends with: how much was built and tested, and where the features come from."""

from __future__ import annotations

from typing import Any

import duckdb
from rich.text import Text

from spotiflow.core import words
from spotiflow.core.errors import NotFoundError
from spotiflow.core.settings import Settings
from spotiflow.transform.outcome import BuildResult
from spotiflow.transform.runner import SYNTHETIC_MODEL
from spotiflow.warehouse.database import open_warehouse

SOURCES = ("real", "synthetic", "kaggle", "unknown")
TRACKS_BY_SOURCE = "select feature_source, count(*) from silver.track_features group by feature_source"
MEASURED_SHARE = "select avg(is_measured::int) from silver.listening_with_features"
INDENT = " " * 10


def render_build(settings: Settings, result: BuildResult) -> Text:
    """Return two to four lines; what a partial build has no table for is left out."""
    lines = [_built(result)]
    lines += [f"warning   {words.clean(node.name)}: {words.clean(node.message)}" for node in result.warnings]
    lines += _features(settings, result)
    return Text("\n".join(lines))


def _built(result: BuildResult) -> str:
    parts = [
        words.counted(len(result.models), "model"),
        f"{words.counted(result.n_tests_passed, 'test')} passed",
        f"{result.seconds:.1f} s",
    ]
    slowest = ", ".join(f"{node.name} {node.seconds:.1f} s" for node in result.slowest)
    return ", ".join(parts) + (f"; slowest: {slowest}" if slowest else "")


def _features(settings: Settings, result: BuildResult) -> list[str]:
    try:
        with open_warehouse(settings, read_only=True) as db:
            tracks = _rows(db, TRACKS_BY_SOURCE)
            measured = _rows(db, MEASURED_SHARE)
            synthetic = _rows(db, f"select count(*) from bronze.{SYNTHETIC_MODEL}")
    except NotFoundError:
        return []
    lines = []
    if tracks:
        lines.append(_tracks({str(source): int(n) for source, n in tracks}) + _grown(synthetic, result))
    if measured and measured[0][0] is not None:
        lines.append(f"{INDENT}plays measured {words.share(float(measured[0][0]))}")
    return lines


def _tracks(by_source: dict[str, int]) -> str:
    parts = " + ".join(f"{source} {by_source.get(source, 0):,}" for source in SOURCES)
    return f"features  tracks {sum(by_source.values()):,} = {parts}"


def _grown(synthetic: list[tuple[Any, ...]], result: BuildResult) -> str:
    """How many more tracks have synthetic features than before this build."""
    if not synthetic or not any(node.name == SYNTHETIC_MODEL for node in result.models):
        return ""
    return f"; new synthetic {max(0, int(synthetic[0][0]) - result.synthetic_before):,}"


def _rows(db: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    """A partial build may not have the table."""
    try:
        return db.execute(sql).fetchall()
    except duckdb.CatalogException:
        return []
