"""`/`: how much, when, and what stands out?"""

from __future__ import annotations

from spotiflow.report.gold.queries import Query
from spotiflow.report.sections import findings as findings_section
from spotiflow.report.sections import who
from spotiflow.web import figures, words
from spotiflow.web.figure import Figure, Page
from spotiflow.web.figures import Part
from spotiflow.web.marks.bars import stacked
from spotiflow.web.pages import shared
from spotiflow.web.view import View
from spotiflow.web.words import Col, table

STATES = Query(
    ("history_completeness",),
    """
    select state, count(*) as days from gold.history_completeness
    where listener_id = $listener and date between $first and $last and state <> 'none' group by state
    """,
)
KINDS = ("complete", "partial", "unknown", "missing")


def build(view: View) -> Page:
    """Return the overview of the period."""
    part = Part(view)
    return Page(
        "overview",
        "Overview",
        tiles=figures.tiles(view),
        strip=history(view),
        facts=findings(view),
        groups=(
            ("When", (figures.clock(part), figures.over_time(part))),
            ("", (figures.calendar(part),)),
            (
                "Most played",
                tuple(
                    figures.top(part, ranked) for ranked in (figures.ARTISTS, figures.TRACKS, figures.ALBUMS)
                ),
            ),
            ("Sound", (shared.moods(view), shared.genres(view))),
        ),
        has_unit=True,
    )


def history(view: View) -> Figure:
    """Return how whole the history of the period is, as one bar."""
    found = {row["state"]: row["days"] for row in view.rows(STATES)}
    days = [(state, found.get(state, 0)) for state in KINDS]
    said = ", ".join(f"{count:,} {state}" for state, count in days if count or state != "unknown")
    text = f"{words.day(view.span.first)} to {words.day(view.span.last)}: {said} days"
    parts = [(f"state-{state}", float(count), f"{count:,} days {state}") for state, count in days]
    rows = [{"state": state, "days": count} for state, count in days]
    if not any(found.values()):
        return Figure("history", "History", empty="No day of this period is in the history.")
    return Figure(
        "history",
        "How whole the history is",
        text,
        stacked(parts, "History", f"{text}."),
        table(rows, Col("history", "state"), Col("days", "days", words.count)),
    )


def findings(view: View) -> list[str]:
    """Return up to three sentences about the whole history, as the report on the terminal has them."""
    if not view.is_all or not view.person.plays:
        return []
    person = who.load(view.gold, view.listener)
    return [finding.text for finding in findings_section.load(view.gold, person)]
