"""What a run leaves to be told of: stages that failed, logins that end, gaps in the history, quotas."""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb

from spotiflow.core.errors import NotFoundError, SpotiflowError
from spotiflow.core.settings import Settings
from spotiflow.pipeline.alerts import Alert, review
from spotiflow.pipeline.polling import logins
from spotiflow.pipeline.results import RunResult, StageOutcome
from spotiflow.warehouse.database import open_warehouse

_OPEN_GAPS = """
select listener_id, gap_started_at, gap_ended_at from raw.history_gaps where closed_at is null order by 1, 2
"""
LOGIN, LOGIN_ENDS, GAP, QUOTA, STAGE = "login:", "login-ends:", "gap:", "quota:", "stage:"


def review_run(settings: Settings, result: RunResult) -> list[Alert]:
    """Open and close alerts by what a run found; returns what is open."""
    found: dict[str, str] = {}
    judged: list[str] = []
    for outcome in result.stages:
        if outcome.status == "interrupted":
            continue
        if outcome.stage == "spotify":
            judged += [LOGIN, LOGIN_ENDS, QUOTA]
            found |= _of_poll(settings, outcome)
        judged.append(f"{STAGE}{outcome.stage}")
        if outcome.exit_code == 1:
            hint = f" {outcome.hint}" if outcome.hint else ""
            found[f"{STAGE}{outcome.stage}"] = f"{outcome.stage} {outcome.status}: {outcome.detail}{hint}"
    gaps = open_gaps(settings)
    if gaps is not None:
        judged.append(GAP)
        found |= {
            f"{GAP}{name}:{start:%Y-%m-%dT%H:%M:%S}": gap_words(name, start, end) for name, start, end in gaps
        }
    return review(settings, found, judged)


def _of_poll(settings: Settings, outcome: StageOutcome) -> dict[str, str]:
    found = dict(logins_that_end(settings))
    if outcome.status == "waiting":
        found[QUOTA] = outcome.detail
    if outcome.status == "login" or outcome.exit_code == 3:
        found[LOGIN] = f"{outcome.detail} {outcome.hint or ''}".strip()
    return found


def logins_that_end(settings: Settings) -> dict[str, str]:
    """Return a sentence per login that ends within a month."""
    from spotiflow.ingest.spotify.token_store import TokenStore, for_listener, token_path

    found = {}
    for name in logins(settings):
        try:
            login = TokenStore(token_path(settings, name)).load()
        except SpotiflowError:
            continue  # The poll says that the file is damaged.
        if login and login.token and login.warning:
            found[f"{LOGIN_ENDS}{name}"] = f"{name}: {for_listener(login.warning, name)}"
    return found


def open_gaps(settings: Settings) -> list[tuple[str, datetime, datetime]] | None:
    """Return the gaps that no export has closed, None where the warehouse cannot be read now."""
    try:
        with open_warehouse(settings, read_only=True) as db:
            return db.execute(_OPEN_GAPS).fetchall()
    except (NotFoundError, duckdb.CatalogException):
        return []
    except SpotiflowError:
        return None


def gap_words(listener: str, start: datetime, end: datetime) -> str:
    """Say which plays may be missing and what closes the gap; times are this machine's."""
    return (
        f"{listener}: plays between {_at(start)} and {_at(end)} may be missing, since Spotify shows the last "
        "50 only; an Extended streaming history closes the gap."
    )


def _at(moment: datetime) -> str:
    return f"{moment.replace(tzinfo=UTC).astimezone():%Y-%m-%d %H:%M}"
