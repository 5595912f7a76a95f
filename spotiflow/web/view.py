"""What one request looks at: whose listening, which part of it, in plays or minutes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

from spotiflow.core.errors import NotFoundError, UsageError
from spotiflow.core.words import clean, shortened
from spotiflow.report.gold.queries import Gold, Query
from spotiflow.web.periods import Span, span
from spotiflow.web.words import UNITS

LISTENERS = Query(
    ("listening_overview",),
    """
    select listener_id, plays, is_simulated, measured_share
    from gold.listening_overview order by plays desc, listener_id
    """,
)
BOUNDS = Query(
    ("temporal_trends",),
    "select min(date) as first, max(date) as last from gold.temporal_trends where listener_id = $listener",
)
CATALOGUE = Query(
    ("catalogue_profile",), "select bool_or(is_simulated) as is_simulated from gold.catalogue_profile"
)


@dataclass(frozen=True)
class Person:
    """A listener who can be looked at."""

    listener_id: str
    plays: int
    is_simulated: bool
    measured_share: float | None


@dataclass(frozen=True)
class View:
    """A listener, a period and a unit, with the tables to ask; in a file no place leads to another page."""

    gold: Gold
    person: Person
    people: tuple[Person, ...]
    span: Span
    history: tuple[date, date]
    unit: str = "plays"
    is_catalogue_simulated: bool = False
    is_file: bool = False

    @property
    def listener(self) -> str:
        """Whose listening it is."""
        return self.person.listener_id

    @property
    def is_all(self) -> bool:
        """Whether it is about the whole history."""
        return self.span.kind == "all"

    @property
    def simulated(self) -> str:
        """Say what of it does not exist; nothing where all of it does."""
        person, songs = self.person.is_simulated, self.is_catalogue_simulated
        if person and songs:
            return "SIMULATED: this listener and these songs do not exist, every number here is invented."
        if person:
            return "SIMULATED: this listener does not exist, every number here is invented."
        return "The catalogue is SIMULATED: sounds, moods and genres here are invented." if songs else ""

    def rows(self, query: Query, **values: Any) -> list[dict[str, Any]]:
        """Ask about this listener and period."""
        before = self.span.before or (date.max, date.max)
        known = {
            "listener": self.listener,
            "first": self.span.first,
            "last": self.span.last,
            "before_first": before[0],
            "before_last": before[1],
        }
        return self.gold.rows(query, **(known | values))

    def row(self, query: Query, **values: Any) -> dict[str, Any]:
        """Return the first row, an empty one where there is none."""
        return next(iter(self.rows(query, **values)), {})

    def link(self, path: str, **changes: str | None) -> str:
        """Return the address of a page with the same listener, period and unit."""
        kept = {
            "listener": self.listener if len(self.people) > 1 else None,
            "period": None if self.is_all or self.span.kind == "range" else self.span.key,
            "from": self.span.first.isoformat() if self.span.kind == "range" else None,
            "to": self.span.last.isoformat() if self.span.kind == "range" else None,
            "unit": None if self.unit == "plays" else self.unit,
        }
        if "period" in changes:
            kept |= {"from": None, "to": None}
        asked = {key: value for key, value in (kept | changes).items() if value}
        return f"{path}?{urlencode(asked)}" if asked else path

    def page(self, path: str, **changes: str | None) -> str | None:
        """Return the address of another page for a place in a figure, None in a file."""
        return None if self.is_file else self.link(path, **changes)

    def of(self, kind: str, name: str | None, **changes: str | None) -> str | None:
        """Return the address of the page of an artist, track, album or day."""
        return self.page(f"/{kind}/{quote(name, safe='')}", **changes) if name else None


def people(gold: Gold) -> tuple[Person, ...]:
    """Return all listeners, those with most plays first."""
    return tuple(Person(**row) for row in gold.rows(LISTENERS))


def look(gold: Gold, asked: Mapping[str, str], default: str) -> View:
    """Return the view that an address asks for.

    Raises NotFoundError for a listener who is not there, UsageError for a period or unit that is none.
    """
    if not gold.tables.issuperset(LISTENERS.tables):
        raise NotFoundError("The warehouse has not been built yet.", hint="Build it: spotiflow build.")
    known = people(gold)
    if not known:
        raise NotFoundError(
            "The warehouse has no listener yet.",
            hint="Bring a history in: spotiflow run my_spotify_data.zip (or try spotiflow demo).",
        )
    person = _person(known, asked.get("listener", ""), default)
    found = gold.first(BOUNDS, listener=person.listener_id) or {}
    today = date(1970, 1, 1)
    history = (found.get("first") or today, found.get("last") or today)
    unit = asked.get("unit") or "plays"
    if unit not in UNITS:
        raise UsageError(f"'{shortened(clean(unit), 40, '...')}' is no unit.", hint="Units: plays, minutes.")
    return View(
        gold,
        person,
        known,
        span(asked.get("period", ""), asked.get("from", ""), asked.get("to", ""), *history),
        history,
        unit,
        bool((gold.first(CATALOGUE) or {}).get("is_simulated")),
    )


def _person(known: tuple[Person, ...], wanted: str, default: str) -> Person:
    by_name = {person.listener_id: person for person in known}
    if not wanted:
        return by_name.get(default) or known[0]
    if wanted not in by_name:
        raise NotFoundError(
            f"There is no listener '{shortened(clean(wanted), 40, '...')}'.",
            hint=f"Known: {', '.join(sorted(by_name)[:20])}.",
        )
    return by_name[wanted]
