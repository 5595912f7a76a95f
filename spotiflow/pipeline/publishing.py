"""The stage `publish`: the targets that the settings name, whenever the tables have been built again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import duckdb

from spotiflow.core.errors import NotFoundError, SpotiflowError
from spotiflow.core.settings import Settings
from spotiflow.pipeline.stage import Done, Job
from spotiflow.publish import publish, render
from spotiflow.warehouse.database import open_warehouse

# In `publish_postgres`: where to connect is in the PG* variables.
BY_VARIABLES = "env"
_LAST_TABLES = """
    select max(finished_at) from raw.stage_runs
    where stage in ('build', 'rebuild') and status in ('ok', 'partial', 'failed')
"""
_LAST_PUBLISHED = """
    select inputs from raw.stage_runs where stage = 'publish' and status = 'ok'
    order by started_at desc limit 1
"""


def targets(settings: Settings) -> Iterator[tuple[str, str | None]]:
    """Yield the targets that are set, each with its place; None stands for the PG* variables."""
    if settings.publish_postgres:
        by_variables = settings.publish_postgres.lower() == BY_VARIABLES
        yield "postgres", None if by_variables else settings.publish_postgres
    for target in ("parquet", "delta", "csv"):
        place = getattr(settings, f"publish_{target}")
        if place:
            yield target, place


def not_due(job: Job) -> str | None:
    """Say why nothing has to be published."""
    if not any(targets(job.settings)):
        return "no target is set (publish_postgres, publish_parquet, publish_delta, publish_csv)"
    inputs, published = _state(job.settings)
    if inputs is None:
        return "nothing is built yet"
    return "the tables are as they were published" if inputs == published else None


def publish_all(job: Job) -> Done:
    """Publish to every target; one that cannot be reached does not keep the tables from the others.

    Raises the first error where no target could be published to.
    """
    inputs, _ = _state(job.settings)
    words, problems = [], list[SpotiflowError]()
    for target, place in targets(job.settings):
        try:
            result = publish(job.settings, target, place)
        except SpotiflowError as error:
            problems.append(error)
            continue
        job.show(render(result))
        words.append(result.summary)
        problems += [result.problem] if result.problem else []
    if problems and not words:
        raise problems[0]
    detail = "; ".join([*words, *(problem.message for problem in problems)])
    if problems:
        return Done(detail, is_partial=True, error=problems[0])
    return Done(detail, inputs=inputs)


def _state(settings: Settings) -> tuple[str | None, str | None]:
    """Return a digest of what would be published, and that of what was; None for nothing."""
    try:
        with open_warehouse(settings, read_only=True) as db:
            built = db.execute(_LAST_TABLES).fetchall()
            published = db.execute(_LAST_PUBLISHED).fetchall()
    except (NotFoundError, duckdb.CatalogException):
        return None, None
    if built[0][0] is None:
        return None, None
    text = repr((built, sorted(targets(settings), key=str)))
    return hashlib.sha256(text.encode()).hexdigest()[:16], published[0][0] if published else None
