"""The report on one screen: built from gold once, then drawn, printed as JSON or saved."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import RenderableType

from core.database import open_warehouse
from core.errors import NotFoundError
from core.settings import Settings
from report.page import Page
from report.queries import LISTENERS, Gold
from report.sections import clock, findings, genres, habits, models, mood, ranking, sources, who, years


@dataclass(frozen=True)
class Report:
    """Every value the report prints; each section names the gold tables it comes from in `source`.

    is_catalogue_simulated: the features, the mood and the models speak of songs that do not exist.
    """

    who: who.Who
    findings: tuple[findings.Finding, ...]
    rankings: tuple[ranking.Ranking, ...]
    clock: clock.Clock
    years: years.Years
    genres: genres.Genres
    habits: habits.Habits
    mood: mood.Mood
    sources: sources.Sources
    models: models.Models

    @property
    def is_catalogue_simulated(self) -> bool:
        """Whether measured features come from a generated catalogue."""
        return self.sources.is_catalogue_simulated

    def to_dict(self) -> dict[str, Any]:
        """Return the report as `--json` prints it, the verdict of each model beside its figures."""
        result = asdict(self)
        for entry, model in zip(result["models"]["models"], self.models.models, strict=True):
            entry["verdict"] = model.verdict
        return result


def build_report(settings: Settings, listener: str | None = None) -> Report:
    """Read the report of one listener from gold over one short read-only connection.

    Without `listener`: the only one with plays, else the default listener, else the one with most plays.
    Raises NotFoundError without a warehouse, before the first build, without listeners, and for one who is
    not there; otherwise as `core.database.connect` with read_only.
    """
    with open_warehouse(settings, read_only=True) as db:
        gold = Gold(db)
        chosen = _choose(gold, settings, listener)
        person = who.load(gold, chosen)
        hours = clock.load(gold, chosen)
        return Report(
            who=person,
            findings=findings.load(gold, person, hours),
            rankings=ranking.load(gold, chosen),
            clock=hours,
            years=years.load(gold, chosen),
            genres=genres.load(gold, chosen),
            habits=habits.load(gold, chosen),
            mood=mood.load(gold, chosen),
            sources=sources.load(gold, chosen),
            models=models.load(gold),
        )


def _choose(gold: Gold, settings: Settings, wanted: str | None) -> str:
    if not gold.tables.issuperset(LISTENERS.tables):
        raise NotFoundError("The warehouse has not been built yet.", hint="Build it: spotiflow build.")
    plays: dict[str, int] = {row["listener_id"]: row["plays"] for row in gold.rows(LISTENERS)}
    if not plays:
        raise NotFoundError(
            "The warehouse has no listener yet.",
            hint="Bring a history in: spotiflow run my_spotify_data.zip (or try spotiflow demo).",
        )
    if wanted is not None:
        if wanted in plays:
            return wanted
        raise NotFoundError(
            f"There is no listener '{wanted}' in the built tables.",
            hint=f"Known: {', '.join(sorted(plays))}. After an import, run: spotiflow build.",
        )
    active = [name for name, count in plays.items() if count]
    if len(active) == 1:
        return active[0]
    return settings.default_listener if settings.default_listener in plays else next(iter(plays))


def render(report: Report) -> RenderableType:
    """Return the report for a rich console: at most 60 lines at 100 columns, plain where it is piped."""
    return Page(report)


def to_dict(report: Report) -> dict[str, Any]:
    """Return the report as `--json` prints it."""
    return report.to_dict()


def save_svg(report: Report, path: Path) -> None:
    """Save the report as it looks on a terminal of 100 columns, as an SVG picture."""
    from report.picture import save

    save(Page(report), path)
