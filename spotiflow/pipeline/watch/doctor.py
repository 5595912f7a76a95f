"""`spotiflow doctor`: looks at everything that can be wrong and says how to fix it."""

from __future__ import annotations

import os
import platform
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib import metadata
from typing import Any

import duckdb
from rich.table import Table
from rich.text import Text

from spotiflow.core.errors import NotFoundError, SpotiflowError, WarehouseBusyError
from spotiflow.core.settings import Settings
from spotiflow.pipeline.alert_causes import logins_that_end
from spotiflow.pipeline.polling import logins
from spotiflow.pipeline.schedule.launcher import LONGEST_SECONDS
from spotiflow.pipeline.watch.status import Status, read_status
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.run_lock import lock_holder
from spotiflow.warehouse.schema import SCHEMA_VERSION, stored_version

OK, WARNING, WRONG = "ok", "warning", "wrong"
LEAST_FREE_BYTES = 2_000_000_000
LONGEST_WAIT_SECONDS = 2.0
LIBRARIES = (
    "spotiflow",
    "duckdb",
    "dbt-core",
    "dbt-duckdb",
    "scikit-learn",
    "pandas",
    "spotipy",
    "APScheduler",
)
_COVERAGE = """
select
    count(*) as plays,
    count(*) filter (where is_measured) as measured,
    count(*) filter (where feature_source = 'synthetic') as synthetic
from silver.listening_with_features
"""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. verdict: ok, warning or wrong; fix: what to do, None for ok."""

    name: str
    verdict: str
    found: str
    fix: str | None = None


def examine(settings: Settings) -> list[Check]:
    """Look at everything; a check that cannot be made says so and stops no other."""
    # A held file is a finding, nothing to wait for.
    hasty = replace(settings, lock_wait_seconds=min(settings.lock_wait_seconds, LONGEST_WAIT_SECONDS))
    return [check for look in _LOOKS for check in _safely(look, hasty)]


def render(checks: list[Check]) -> Table:
    """Return a line per check, with how to fix it under what is not right."""
    table = Table(box=None, show_header=False, pad_edge=False)
    colours = {OK: "green", WARNING: "yellow", WRONG: "bold red"}
    for check in checks:
        fix = f"\n-> {check.fix}" if check.fix else ""
        table.add_row(Text(check.verdict, style=colours[check.verdict]), check.name, check.found + fix)
    return table


def fix(settings: Settings) -> str:
    """Fix what can be fixed without a person: a damaged log of the warehouse. Return what was done.

    Raises as `cut_damaged_log`.
    """
    from spotiflow.warehouse.log_repair import cut_damaged_log

    cut = cut_damaged_log(settings)
    return str(cut) if cut else "Nothing had to be fixed: the log of the warehouse is good."


def to_dict(checks: list[Check]) -> dict[str, Any]:
    """Return the checks as `--json` prints them."""
    return {"is_healthy": not is_wrong(checks), "checks": [asdict(check) for check in checks]}


def is_wrong(checks: list[Check]) -> bool:
    """Whether something does not work; warnings do not count."""
    return any(check.verdict == WRONG for check in checks)


def _safely(look: Callable[[Settings], Iterator[Check]], settings: Settings) -> list[Check]:
    name = look.__name__.strip("_")
    try:
        return list(look(settings))
    except SpotiflowError as error:
        return [Check(name, WRONG, error.message, error.hint)]
    except OSError as error:
        return [Check(name, WRONG, f"cannot be looked at: {error.strerror}", "Check the rights of the home.")]


def _versions(_: Settings) -> Iterator[Check]:
    found = [f"Python {platform.python_version()}"]
    for library in LIBRARIES:
        try:
            found.append(f"{library} {metadata.version(library)}")
        except metadata.PackageNotFoundError:
            yield Check(
                "versions", WRONG, f"{library} is not installed", "Install spotiflow again: make install"
            )
    yield Check("versions", OK, ", ".join(found))


def _rights(settings: Settings) -> Iterator[Check]:
    if not settings.home.is_dir():
        yield Check("rights", WARNING, f"{settings.home} does not exist yet", "Make it: spotiflow init")
        return
    if not os.access(settings.home, os.W_OK | os.X_OK):
        yield Check("rights", WRONG, f"{settings.home} cannot be written", f"chmod u+rwx {settings.home}")
    open_to_all = [path for path in _private(settings) if stat.S_IMODE(path.stat().st_mode) & 0o077]
    if open_to_all:
        names = ", ".join(str(path) for path in open_to_all[:3])
        yield Check("rights", WARNING, f"others can read {names}", f"chmod -R go= {settings.home}")
    else:
        yield Check("rights", OK, f"{settings.home} belongs to you alone")


def _private(settings: Settings) -> list[Any]:
    return [settings.home, *(path for path in settings.home.iterdir() if not path.is_symlink())]


def _disk(settings: Settings) -> Iterator[Check]:
    place = settings.home if settings.home.exists() else settings.home.parent
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    found = f"{free / 1e9:,.1f} GB free at {place}"
    if free < LEAST_FREE_BYTES:
        yield Check("disk", WARNING, found, "Free some space: a build needs room for the new tables.")
    else:
        yield Check("disk", OK, found)


def _lock(settings: Settings) -> Iterator[Check]:
    holder = lock_holder(settings)
    if holder is None:
        yield Check("lock", OK, "free: no run, backup or restore is at work")
    elif datetime.now(UTC) - holder.since < timedelta(seconds=LONGEST_SECONDS):
        yield Check("lock", OK, f"{holder} is at work")
    else:
        fix = f"Look at what it does: spotiflow logs; if it hangs: kill {holder.pid}"
        yield Check("lock", WARNING, f"{holder} works longer than any stage should", fix)


def _warehouse(settings: Settings) -> Iterator[Check]:
    try:
        with open_warehouse(settings, read_only=True) as db:
            version = stored_version(db)
    except NotFoundError as error:
        yield Check("warehouse", WARNING, error.message, error.hint)
        return
    except WarehouseBusyError as error:
        # What has the lock of the home lets go of the file by itself; a stranger may not.
        verdict = WARNING if lock_holder(settings) else WRONG
        yield Check("warehouse", verdict, error.message, error.hint)
        return
    if version is not None and version > SCHEMA_VERSION:
        yield Check(
            "warehouse", WRONG, f"written by a newer spotiflow (schema {version})", "Upgrade spotiflow."
        )
        return
    yield Check("warehouse", OK, f"can be opened, schema version {version}; nobody holds it")


def _freshness(settings: Settings) -> Iterator[Check]:
    try:
        status: Status = read_status(settings)
    except NotFoundError:
        return
    for reason in status.stale:
        yield Check("freshness", WARNING, reason, "See what happened: spotiflow logs; then: spotiflow run")
    if not status.is_scheduled:
        yield Check(
            "schedule",
            WARNING,
            "no schedule is running",
            "Start it with the machine: spotiflow schedule unit",
        )
    if not status.stale:
        yield Check("freshness", OK, "as new as the schedule promises")
    yield from (
        Check(
            "alert", WRONG if alert.cause.startswith("stage:") else WARNING, alert.message, "spotiflow logs"
        )
        for alert in status.alerts
    )


def _coverage(settings: Settings) -> Iterator[Check]:
    try:
        with open_warehouse(settings, read_only=True) as db:
            plays, measured, synthetic = db.execute(_COVERAGE).fetchone() or (0, 0, 0)
    except (NotFoundError, WarehouseBusyError, duckdb.CatalogException):
        return  # The warehouse has its own check.
    if not plays:
        yield Check("coverage", WARNING, "no plays are built", "spotiflow run my_spotify_data.zip")
        return
    if not measured:
        yield Check(
            "coverage",
            WARNING,
            "coverage still 0 %: no play has measured audio features",
            "Load the Kaggle catalogue (spotiflow ingest kaggle PATH), your own table "
            "(spotiflow ingest features FILE), or ask: spotiflow ingest features --provider reccobeats",
        )
    else:
        yield Check("coverage", OK, f"{measured / plays:.0%} of {plays:,} plays have measured audio features")
    if not synthetic:
        fix = None if not settings.allow_synthetic or measured == plays else "spotiflow build --full-refresh"
        reason = "switched off" if not settings.allow_synthetic else "none needed or none built"
        yield Check("synthetic", OK if fix is None else WARNING, f"no synthetic features: {reason}", fix)


def _login(settings: Settings) -> Iterator[Check]:
    from spotiflow.ingest.spotify.token_store import LOGIN_COMMAND, TokenStore, for_listener, token_path

    names = logins(settings)
    if not names:
        yield Check("login", WARNING, "nobody is logged in, so nothing is polled", LOGIN_COMMAND)
    ending = logins_that_end(settings)
    for cause, sentence in ending.items():
        yield Check("login", WARNING, sentence, for_listener(LOGIN_COMMAND, cause.partition(":")[2]))
    for name in names:
        login = TokenStore(token_path(settings, name)).load()
        if login is None or login.token is None:
            fix = for_listener(LOGIN_COMMAND, name)
            yield Check("login", WRONG, f"Spotify has ended the login of {name}", fix)
        elif f"login-ends:{name}" not in ending:
            yield Check("login", OK, f"{name}: ends in {login.days_left} days")


_LOOKS = (_versions, _rights, _disk, _lock, _warehouse, _freshness, _coverage, _login)
