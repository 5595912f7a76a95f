"""`spotiflow report --methods`: what the numbers rest on, in paragraphs to quote, with the sources."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from typing import Any

from spotiflow.core import words
from spotiflow.core.settings import Settings
from spotiflow.report.gold.queries import Gold, Query
from spotiflow.report.sections.report import Report
from spotiflow.warehouse.database import open_warehouse

HISTORY_SOURCES = Query(
    ("history_completeness",),
    """
    select distinct unnest(string_split(sources, ', ')) as source from gold.history_completeness
    where listener_id = $listener and date between $first and $last order by 1
    """,
)
SOURCES = {
    "extended": "Spotify's Extended streaming history",
    "account": "Spotify's account data (minutes, no track ids)",
    "api": "polls of Spotify's Web API (no time listened)",
    "lastfm": "Last.fm scrobbles",
    "listenbrainz": "ListenBrainz listens",
    "simulated": "a simulated listener",
}
CITATIONS = (
    "Pandya, M. (2022). Spotify Tracks Dataset [data set]. Kaggle. Open Database License.",
    "Spotify AB. Streaming history of the listener, given on request (GDPR, Art. 15).",
    "Russell, J. A. (1980). A circumplex model of affect. J. Pers. Soc. Psychol. 39, 1161-1178.",
    "Benjamini, Y., Hochberg, Y. (1995). Controlling the false discovery rate. J. R. Stat. Soc. B 57, 289.",
)
COUNTING = (
    "A play is a stream of music of at least 30 seconds; times are local to the listener; plays that several "
    "sources tell of count once, and the fuller source wins; a pause of more than 30 minutes ends a session."
)
STATISTICS = (
    "Intervals are 95 % and take the session as the unit, because plays of one session are alike; under 8 "
    "sessions there is none. p values of one table are corrected together (Benjamini-Hochberg). Models are "
    "measured on artists they have not seen, beside a simple baseline."
)
PACKAGES = ("spotiflow", "duckdb", "dbt-core")


@dataclass(frozen=True)
class Methods:
    """Paragraphs by title; every number in them is one of the report's."""

    listener_id: str
    is_simulated: bool
    period: str
    paragraphs: dict[str, str]
    citations: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the paragraphs as `--json` prints them."""
        return asdict(self)


def build_methods(settings: Settings, report: Report) -> Methods:
    """Return the paragraphs about a report. Raises as `core.database.connect` with read_only."""
    first, last = report.period.bounds if report.period else (date.min, date.max)
    with open_warehouse(settings, read_only=True) as db:
        rows = Gold(db).rows(HISTORY_SOURCES, listener=report.who.listener_id, first=first, last=last)
    names = [SOURCES.get(row["source"], row["source"]) for row in rows]
    paragraphs = {
        "Data": _data(report, names),
        "Counting": COUNTING,
        "Audio features": _features(report),
        "Statistics": STATISTICS,
        "Software": ", ".join(f"{name} {version(name)}" for name in PACKAGES) + ".",
    }
    who, period = report.who, str(report.period or "all")
    return Methods(who.listener_id, who.is_simulated, period, paragraphs, _citations(report))


def _data(report: Report, names: list[str]) -> str:
    who = report.who
    if not who.plays:
        return "No plays yet."
    invented = "This listener is SIMULATED: every play is invented. " if who.is_simulated else ""
    return (
        f"{invented}{words.counted(who.plays, 'play')} ({words.listened(who.minutes)}; length known for "
        f"{words.share(who.ms_played_share)}) from {who.first_date} to {who.last_date}, out of "
        f"{', '.join(names) or 'unnamed sources'}. Of the days, {who.complete_days:,} lie inside an extended "
        f"export (complete), {who.partial_days:,} are known from weaker sources (partial) and "
        f"{who.missing_days:,} are missing; a missing day may have had plays.{_unknown(who.unknown_days)}"
    )


def _unknown(days: int) -> str:
    if not days:
        return ""
    return (
        f" {words.counted(days, 'day')} more lie in silences too long to be believed (unknown) and are left out "
        "of averages and trends."
    )


def _features(report: Report) -> str:
    shares = {entry.feature_source: entry.share for entry in report.sources.sources}
    if not shares:
        return "No plays, so no audio features."
    catalogue = "a GENERATED catalogue" if report.is_catalogue_simulated else "the Kaggle catalogue"
    return (
        f"{words.share(report.who.measured_share)} of the plays have measured features: "
        f"{words.share(shares['real'])} from a provider, {words.share(shares['kaggle'])} from {catalogue}. "
        f"For {words.share(shares['synthetic'])} a synthetic stand-in is drawn from the track's id; it "
        "enters no ranking by mood, no interval, no test and no model. Valence and energy describe songs, "
        "not the person who plays them."
    )


def _citations(report: Report) -> tuple[str, ...]:
    """The catalogue is quoted where it was used, the package where the listener is real."""
    uses_catalogue = report.sources.catalogue_rows and not report.is_catalogue_simulated
    data = CITATIONS[:1] if uses_catalogue else ()
    return data + (() if report.who.is_simulated else CITATIONS[1:2]) + CITATIONS[2:]
