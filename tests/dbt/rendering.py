"""Macros rendered without dbt and run by DuckDB, to be held against references in Python."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import jinja2
import yaml

from tests.paths import ROOT

MACROS = ROOT / "dbt_project" / "macros"
VARS = yaml.safe_load((ROOT / "dbt_project" / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]


def macros(*paths: str) -> Any:
    """Return the macros of these files together; none of them may need more of dbt than its vars."""
    text = "\n".join((MACROS / path).read_text(encoding="utf-8") for path in paths)
    environment = jinja2.Environment(autoescape=False, extensions=["jinja2.ext.do"])
    environment.globals["var"] = VARS.__getitem__
    return environment.from_string(text).module


def rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Return what a query gives on an empty database."""
    with duckdb.connect() as db:
        return db.execute(sql, list(values)).fetchall()


def value(sql: str, *values: Any) -> Any:
    """Return the one value a query gives."""
    return rows(sql, *values)[0][0]


def table(columns: Sequence[str], records: Sequence[Sequence[Any]]) -> str:
    """Return records as SQL that stands behind `from`; numbers are doubles, None is NULL."""
    lines = ("(" + ", ".join(_literal(cell) for cell in record) + ")" for record in records)
    return f"(values {', '.join(lines)}) as given({', '.join(columns)})"


def _literal(cell: Any) -> str:
    if cell is None:
        return "null::double"
    if isinstance(cell, str):
        return f"'{cell}'"
    return str(cell).lower() if isinstance(cell, bool) else f"{float(cell)!r}::double"
