"""Who and when: how much listening there is, since when, and how whole the history is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from spotiflow.report.gold.queries import OVER_24_HOURS, OVERVIEW, SPAN, Gold


@dataclass(frozen=True)
class Who:
    """The listener in numbers; dates are local days, None without plays.

    minutes: None where no play tells its length. ms_played_share: share 0..1 of plays whose length is known.
    unknown_days: days of silences too long to be taken for days without music.
    days_over_24_hours: days on which more was played than one device can.
    measured_share: share of plays whose audio features were measured.
    skip_definition: the definition of a skip that this history supports best.
    """

    source: tuple[str, ...]
    listener_id: str
    is_simulated: bool
    plays: int
    minutes: float | None
    ms_played_share: float | None
    tracks: int
    artists: int
    sessions: int
    active_days: int
    complete_days: int
    partial_days: int
    unknown_days: int
    missing_days: int
    measured_share: float | None
    skip_definition: str | None
    first_date: date | None
    last_date: date | None
    days_over_24_hours: int


def load(gold: Gold, listener: str) -> Who:
    """Read one listener, who must be in the overview."""
    row = gold.first(OVERVIEW, listener=listener) or {}
    span = gold.first(SPAN, listener=listener) or {"first_date": None, "last_date": None}
    over = gold.first(OVER_24_HOURS, listener=listener) or {"days_over_24_hours": 0}
    known = {name: row[name] for name in Who.__dataclass_fields__ if name in row}
    return Who(source=OVERVIEW.tables + SPAN.tables, **known, **span, **over)
