"""The ledger of calls: how many were made in 24 hours, and until when Spotify wants none."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

from spotiflow.core.errors import WaitError
from spotiflow.ingest.http import LONGEST_RETRY_AFTER_SECONDS
from spotiflow.warehouse.run_log import utc_now

WINDOW = timedelta(hours=24)
KEPT = timedelta(days=30)
LONGEST_WAIT = timedelta(seconds=LONGEST_RETRY_AFTER_SECONDS)


class BudgetError(WaitError):
    """Our own daily budget of calls is used up, not Spotify's quota."""


@dataclass(frozen=True)
class Backoff:
    """Spotify wants no calls to an endpoint before a time, UTC."""

    endpoint: str
    not_before: datetime
    reason: str


@dataclass
class Ledger:
    """Calls and waits known when a run began, and those it adds. `calls`: (endpoint, time UTC, number)."""

    daily_calls: int
    calls: list[tuple[str, datetime, int]] = field(default_factory=list)
    backoffs: dict[str, Backoff] = field(default_factory=dict)
    new_calls: Counter[str] = field(default_factory=Counter)
    new_backoffs: list[Backoff] = field(default_factory=list)

    def check(self, endpoint: str) -> None:
        """Raise WaitError while Spotify wants no calls to an endpoint, BudgetError when ours are used up."""
        now = utc_now()
        backoff = self.backoffs.get(endpoint)
        if backoff and now < backoff.not_before:
            raise waiting(backoff)
        again = self.again(endpoint)
        if again:
            raise BudgetError(
                f"{self.daily_calls:,} calls to {endpoint} in 24 hours are used up; "
                f"go on {local_time(again)}.",
                hint="The budget keeps Spotify from locking your apps; the next run after that goes on.",
            )

    def used(self, endpoint: str) -> int:
        """Return the calls to an endpoint in the last 24 hours, this run included."""
        return sum(n for _, n in self._earlier(endpoint)) + self.new_calls[endpoint]

    def again(self, endpoint: str) -> datetime | None:
        """Return when (UTC) our budget allows a call to an endpoint again, None where it does now."""
        if self.used(endpoint) < self.daily_calls:
            return None
        return min((at for at, _ in self._earlier(endpoint)), default=utc_now()) + WINDOW

    @property
    def used_by_endpoint(self) -> dict[str, int]:
        """Return the calls of the last 24 hours by endpoint, the busiest first."""
        endpoints = {endpoint for endpoint, _, _ in self.calls} | set(self.new_calls)
        used = {endpoint: self.used(endpoint) for endpoint in sorted(endpoints)}
        return {endpoint: n for endpoint, n in sorted(used.items(), key=lambda pair: -pair[1]) if n}

    @property
    def as_text(self) -> str:
        """Say how much of the budget each kind of call has used, and when a used up one goes on."""
        parts = []
        for endpoint, n in self.used_by_endpoint.items():
            again = self.again(endpoint)
            parts.append(f"{_short(endpoint)} {n:,}" + (f" (again {local_time(again)})" if again else ""))
        return f"calls in 24 hours, of {self.daily_calls:,} each: {', '.join(parts) or 'none'}"

    @property
    def waits(self) -> list[Backoff]:
        """Return what Spotify asked to wait for and is not over yet, the first to end first."""
        now = utc_now()
        return sorted((b for b in self.backoffs.values() if b.not_before > now), key=lambda b: b.not_before)

    def count(self, endpoint: str) -> None:
        """Count one call, whatever its answer will be."""
        self.new_calls[endpoint] += 1

    def back_off(self, endpoint: str, seconds: float, reason: str) -> Backoff:
        """Remember that Spotify wants to be left alone for so many seconds."""
        backoff = Backoff(endpoint, utc_now() + timedelta(seconds=seconds), reason)
        self.backoffs[endpoint] = backoff
        self.new_backoffs.append(backoff)
        return backoff

    def take_news(self) -> dict[str, Any]:
        """Return what this run added since the last call of this, as plain data, and start anew."""
        now = utc_now()
        news = {
            "calls": [[endpoint, now.isoformat(), n] for endpoint, n in sorted(self.new_calls.items())],
            "backoffs": [[b.endpoint, b.not_before.isoformat(), b.reason] for b in self.new_backoffs],
        }
        self.calls += [(endpoint, now, n) for endpoint, n in self.new_calls.items()]
        self.new_calls.clear()
        self.new_backoffs.clear()
        return news

    def read(self, db: duckdb.DuckDBPyConnection) -> None:
        """Take in what the warehouse knows of the last 24 hours."""
        since = utc_now() - WINDOW
        rows = db.execute(
            "select endpoint, called_at, n_calls from raw.api_calls where called_at > ?", [since]
        ).fetchall()
        self.calls += rows
        for row in db.execute("select endpoint, not_before, reason from raw.api_backoff").fetchall():
            self._hear_of(Backoff(*row))

    def read_news(self, news: dict[str, Any]) -> None:
        """Take in what an earlier run could not store. Raises KeyError, ValueError, TypeError."""
        self.calls += [(endpoint, datetime.fromisoformat(at), n) for endpoint, at, n in news["calls"]]
        for endpoint, not_before, reason in news["backoffs"]:
            self._hear_of(Backoff(endpoint, datetime.fromisoformat(not_before), reason))

    def _hear_of(self, backoff: Backoff) -> None:
        if backoff.not_before > utc_now() + LONGEST_WAIT:
            return  # A clock that was wrong; to obey it would mean to poll nothing for years.
        known = self.backoffs.get(backoff.endpoint)
        if known is None or known.not_before < backoff.not_before:
            self.backoffs[backoff.endpoint] = backoff

    def _earlier(self, endpoint: str) -> list[tuple[datetime, int]]:
        """Return time and number of the calls that count; what lies far ahead was noted by a wrong clock."""
        now = utc_now()
        return [
            (at, n) for name, at, n in self.calls if name == endpoint and now - WINDOW < at < now + WINDOW
        ]


def store_news(db: duckdb.DuckDBPyConnection, news: dict[str, Any]) -> None:
    """Store what `take_news` returned, and drop calls and waits that are long over or of a wrong clock."""
    for endpoint, called_at, n_calls in news["calls"]:
        db.execute("insert into raw.api_calls values (?, ?, ?)", [endpoint, called_at, n_calls])
    for endpoint, not_before, reason in news["backoffs"]:
        db.execute("delete from raw.api_backoff where endpoint = ?", [endpoint])
        db.execute("insert into raw.api_backoff values (?, ?, ?)", [endpoint, not_before, reason])
    for table, column in (("api_calls", "called_at"), ("api_backoff", "not_before")):
        over, wrong = utc_now() - KEPT, utc_now() + LONGEST_WAIT
        db.execute(f"delete from raw.{table} where {column} < ? or {column} > ?", [over, wrong])


def waiting(backoff: Backoff) -> WaitError:
    """Return the error that ends a command until Spotify takes calls again."""
    return WaitError(
        f"Spotify takes no calls to {backoff.endpoint} now ({backoff.reason}); "
        f"try again {local_time(backoff.not_before)}.",
        hint="Nothing is called before that; scheduled runs go on by themselves afterwards.",
    )


def _short(endpoint: str) -> str:
    """Return what tells an endpoint from the others: recently-played, tracks, search, token."""
    return endpoint.removesuffix("/{id}").removeprefix("me/player/").removeprefix("api/")


def local_time(moment: datetime) -> str:
    """Return a UTC time as this machine's clock will show it: today as time only."""
    local = moment.replace(tzinfo=UTC).astimezone()
    is_today = local.date() == datetime.now(UTC).astimezone().date()
    return f"after {local:%H:%M}" if is_today else f"after {local:%H:%M} on {local:%Y-%m-%d}"
