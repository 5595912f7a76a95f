"""`spotiflow report today`: what was played on this day of the year, year by year."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import duckdb

from spotiflow.core.settings import Settings
from spotiflow.report.gold.listeners import choose
from spotiflow.report.gold.queries import LISTENERS, Gold, Query
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.run_log import utc_now

_TODAY = """
    select timezone(time_zone, timezone('UTC', $now::timestamp))::date from silver.time_zone_intervals
    where listener_id = $listener and $now >= valid_from and $now < valid_to
"""
THIS_DAY = Query(
    ("on_this_day",),
    """
    select year, date, plays, minutes, top_track_name, top_artist_name, top_track_plays
    from gold.on_this_day where listener_id = $listener and month_day = $month_day and year <= $year
    order by year desc
    """,
)
# The nearest day of the year with plays, for a day without: months and days are a circle.
NEAREST = Query(
    ("on_this_day",),
    """
    select date, plays from gold.on_this_day where listener_id = $listener and date <= $day
    order by least(
        abs(dayofyear(date) - dayofyear($day::date)), 366 - abs(dayofyear(date) - dayofyear($day::date))
    ), date desc limit 1
    """,
)


@dataclass(frozen=True)
class Day:
    """This day in one year: plays, minutes and the track played most."""

    year: int
    date: date
    plays: int
    minutes: float | None
    top_track_name: str | None
    top_artist_name: str | None
    top_track_plays: int


@dataclass(frozen=True)
class TodayReport:
    """A day of the year in all years up to it, the latest first.

    `nearest_date` is the nearest day of the year with plays, where no year has plays on this one.
    """

    source: tuple[str, ...]
    listener_id: str
    is_simulated: bool
    day: date
    days: tuple[Day, ...]
    nearest_date: date | None
    nearest_plays: int | None

    def to_dict(self) -> dict[str, Any]:
        """Return the report as `--json` prints it."""
        return asdict(self)


def build_today(settings: Settings, listener: str | None = None, day: date | None = None) -> TodayReport:
    """Read this day of the year; without `day`, today where the listener lives.

    Raises as `report.terminal.build_report`.
    """
    with open_warehouse(settings, read_only=True) as db:
        gold = Gold(db)
        chosen = choose(gold, settings, listener)
        day = day or _today(db, chosen)
        rows = gold.rows(THIS_DAY, listener=chosen, month_day=f"{day:%m-%d}", year=day.year)
        simulated = {row["listener_id"]: row["is_simulated"] for row in gold.rows(LISTENERS)}
        nearest = None if rows else gold.first(NEAREST, listener=chosen, day=day)
    return TodayReport(
        source=THIS_DAY.tables,
        listener_id=chosen,
        is_simulated=simulated[chosen],
        day=day,
        days=tuple(Day(**row) for row in rows),
        nearest_date=nearest["date"] if nearest else None,
        nearest_plays=nearest["plays"] if nearest else None,
    )


def _today(db: duckdb.DuckDBPyConnection, listener: str) -> date:
    """Return the day it is now where a listener lives, as the tables have it: UTC without a time zone."""
    now = utc_now()
    try:
        row = db.execute(_TODAY, {"listener": listener, "now": now}).fetchone()
    except duckdb.CatalogException:
        return now.date()  # Only a part is built.
    return row[0] if row else now.date()
