"""One HTML file of a listener or a year, to keep, print or hand on: no script, no request, its style inside.

It has the figures of the pages, which are sums and shares. Plays one by one are never in it; hours of the day
only where they are asked for, and of a long history no calendar, since that would be most of the file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from markupsafe import Markup

from spotiflow.core.errors import NotFoundError, UsageError
from spotiflow.core.settings import Settings
from spotiflow.core.words import clean, shortened
from spotiflow.report.gold.listeners import choose
from spotiflow.report.gold.period import Period
from spotiflow.report.gold.queries import OVERVIEW, Gold
from spotiflow.warehouse.database import open_warehouse
from spotiflow.web import figures, words
from spotiflow.web.figure import Figure, Page
from spotiflow.web.pages import habits, music, overview, shared, year
from spotiflow.web.render import STATIC, render, with_marks
from spotiflow.web.view import View, look

LONGEST_NAME = 60
# Figures that tell hours of the day.
HOURS = ("clock",)
CALENDAR_DAYS = 366


@dataclass(frozen=True)
class Choice:
    """What goes into a file. name: shown instead of the listener's. hours: also figures by hour of the day."""

    listener: str | None = None
    period: Period | None = None
    name: str | None = None
    hours: bool = False


def build_file(settings: Settings, choice: Choice) -> str:
    """Return the file. Raises as `build_report` does, and UsageError for a name that shows nothing."""
    name = _shown_name(choice.name)
    with open_warehouse(settings, read_only=True) as db:
        gold = Gold(db)
        listener = choose(gold, settings, choice.listener)
        since, until = (choice.period.since, choice.period.until) if choice.period else (None, None)
        asked = {"listener": listener, "from": _written(since), "to": _written(until)}
        if not (gold.first(OVERVIEW, listener=listener) or {}).get("plays"):
            raise NotFoundError(
                f"'{clean(listener)}' has no plays at all yet.",
                hint="Bring a history in: spotiflow ingest export my_spotify_data.zip, then spotiflow build.",
            )
        view = replace(look(gold, asked, ""), is_file=True)
        one_year = choice.period.year if choice.period else None
        page = year.build(view, str(one_year)) if one_year else _overview(view)
    page = replace(page, groups=tuple(_kept(page, hours=choice.hours)))
    return render(
        "file.html",
        page=with_marks(view, page),
        name=name or listener,
        simulated=view.simulated,
        made=words.day(date.today()),
        style=_style(),
    )


def _written(day: date | None) -> str:
    return day.isoformat() if day else ""


def _shown_name(name: str | None) -> str:
    if name is None:
        return ""
    shown = shortened(clean(name).strip(), LONGEST_NAME, "\u2026")
    if not any(one.isprintable() and not one.isspace() for one in shown):
        raise UsageError("--as has no name in it.", hint="Write a name to be shown: --as Anna.")
    return shown


def _overview(view: View) -> Page:
    """Return the sums of a part of the history. Raises NotFoundError where it has no plays."""
    part = figures.Part(view)
    if not figures.totals(part)["plays"]:
        raise NotFoundError(
            f"There are no plays in this period ({view.span.label}).",
            hint=f"The history goes from {view.history[0]} to {view.history[1]}.",
        )
    ranked = (figures.ARTISTS, figures.TRACKS, figures.ALBUMS)
    days = (figures.calendar(part),) if view.span.days <= CALENDAR_DAYS else ()
    return Page(
        "overview",
        "All time" if view.is_all else view.span.label,
        tiles=figures.tiles(view),
        strip=overview.history(view),
        facts=overview.findings(view),
        groups=(
            ("Most played", (*(figures.top(part, one) for one in ranked), shared.genres(view, 10))),
            ("When", (figures.over_time(part), figures.clock(part), *days)),
            ("Sound", (music.the_plane(view), shared.moods(view), music.by_month(view))),
            ("Habits", (habits.lengths(view), habits.new(view))),
        ),
        is_hero=True,
    )


def _kept(page: Page, *, hours: bool) -> Iterable[tuple[str, tuple[Figure, ...]]]:
    for heading, found in page.groups:
        kept = tuple(one for one in found if hours or one.key not in HOURS)
        if kept:
            yield heading, kept


def _style() -> Markup:
    sheets = ((STATIC / name).read_text(encoding="utf-8") for name in ("style.css", "marks.css"))
    return Markup("\n".join(sheets))  # noqa: S704 (our own files)
