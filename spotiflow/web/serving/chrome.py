"""What stands around every page: the other pages, whose listening, the period, as of when."""

from __future__ import annotations

from typing import Any

from spotiflow.web.figure import Page
from spotiflow.web.marks.cells import MONTHS
from spotiflow.web.view import View
from spotiflow.web.words import UNITS

NAVIGATION = (
    ("/", "Overview", "overview"),
    ("/when", "When", "when"),
    ("/top", "Most played", "top"),
    ("/music", "Music", "music"),
    ("/habits", "Habits", "habits"),
    ("/for-you", "For you", "for-you"),
    ("/models", "Models", "models"),
    ("/people", "People", "people"),
    ("/year", "Year", "year"),
    ("/now", "Now", "now"),
    ("/data", "Data", "data"),
)
MOST_YEARS = 12


def chrome(view: View, page: Page, path: str, asked: dict[str, str]) -> dict[str, Any]:
    """Return what the template needs besides the page."""
    return {
        "home": view.link("/"),
        "path": path,
        "pages": [_item(label, view.link(href), page.name == name) for href, label, name in NAVIGATION],
        "listeners": view.people,
        "listener": view.listener,
        "kept": [(name, value) for name, value in asked.items() if name != "token"],
        "units": [
            _item(unit, view.link(path, **(_own(asked) | {"unit": unit})), view.unit == unit)
            for unit in UNITS
        ],
        "periods": _periods(view, path, asked) if page.has_period else [],
        "within": _within(view, path, asked) if page.has_period else [],
        "is_range": view.span.kind == "range",
        "first": view.span.first.isoformat(),
        "last": view.span.last.isoformat(),
        "history_first": view.history[0].isoformat(),
        "history_last": view.history[1].isoformat(),
        "simulated": view.simulated,
    }


def _item(label: str, href: str | None, is_here: bool) -> dict[str, Any]:
    return {"label": label, "href": href, "is_here": is_here}


def _own(asked: dict[str, str]) -> dict[str, str]:
    """Values of the address that belong to the page, such as the artist of an album."""
    return {"artist": asked["artist"]} if asked.get("artist") else {}


def _periods(view: View, path: str, asked: dict[str, str]) -> list[dict[str, Any]]:
    years = range(view.history[1].year, view.history[0].year - 1, -1)
    keys = [("all", "all time"), ("28d", "28 days"), ("365d", "365 days")]
    keys += [(str(year), str(year)) for year in list(years)[:MOST_YEARS]]
    is_within = view.span.kind in ("quarter", "month")
    here = view.span.key[:4] if is_within else view.span.key
    return [
        _item(label, view.link(path, **(_own(asked) | {"period": key})), here == key) for key, label in keys
    ]


def _within(view: View, path: str, asked: dict[str, str]) -> list[dict[str, Any]]:
    if view.span.kind not in ("year", "quarter", "month"):
        return []
    year = view.span.first.year
    keys = [(f"{year}-Q{quarter}", f"Q{quarter}") for quarter in range(1, 5)]
    keys += [(f"{year}-{month:02}", MONTHS[month - 1]) for month in range(1, 13)]
    return [
        _item(label, view.link(path, **(_own(asked) | {"period": key})), view.span.key == key)
        for key, label in keys
    ]
