"""The report: all sections of one listener, read from gold once; what the terminal and other screens draw."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from spotiflow.core.errors import NotFoundError
from spotiflow.core.settings import Settings
from spotiflow.core.words import clean
from spotiflow.report.gold.listeners import choose
from spotiflow.report.gold.period import Period
from spotiflow.report.gold.period_queries import PeriodGold
from spotiflow.report.gold.queries import Gold
from spotiflow.report.sections import (
    clock,
    findings,
    genres,
    habits,
    models,
    months,
    mood,
    ranking,
    review,
    sources,
    who,
    years,
)
from spotiflow.warehouse.database import open_warehouse


@dataclass(frozen=True)
class Report:
    """Every value the report prints; each section names the gold tables it comes from in `source`.

    is_catalogue_simulated: the features, the mood and the models speak of songs that do not exist.
    period: the part of the history it is about, None for all of it; with it come `months`, and with a
    calendar year its `review`.
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
    period: Period | None = None
    months: months.Months | None = None
    review: review.Review | None = None

    @property
    def is_catalogue_simulated(self) -> bool:
        """Whether measured features come from a generated catalogue."""
        return self.sources.is_catalogue_simulated

    def to_dict(self) -> dict[str, Any]:
        """Return the report as `--json` prints it, the verdict of each model beside its figures."""
        result = asdict(self)
        if self.period is None:
            for name in ("period", "months", "review"):
                del result[name]
        for entry, model in zip(result["models"]["models"], self.models.models, strict=True):
            entry["verdict"] = model.verdict
        return result


def build_report(settings: Settings, listener: str | None = None, period: Period | None = None) -> Report:
    """Read the report of one listener from gold over one short read-only connection.

    Without `listener`: the only one with plays, else the default listener.
    Raises UsageError where several have plays and none is the default, NotFoundError without a warehouse,
    before the first build, without listeners, for one who is not there, and for a period without plays;
    otherwise as `core.database.connect` with read_only.
    """
    with open_warehouse(settings, read_only=True) as db:
        chosen = choose(Gold(db), settings, listener)
        if period is None:
            return _read(Gold(db), chosen)
        return _read_period(Gold(db), PeriodGold(db, chosen, period), chosen, period)


def _read(gold: Gold, listener: str) -> Report:
    person = who.load(gold, listener)
    return Report(
        who=person,
        findings=findings.load(gold, person),
        rankings=ranking.load(gold, listener),
        clock=clock.load(gold, listener),
        years=years.load(gold, listener),
        genres=genres.load(gold, listener),
        habits=habits.load(gold, listener),
        mood=mood.load(gold, listener),
        sources=sources.load(gold, listener),
        models=models.load(gold),
    )


def _read_period(everything: Gold, gold: Gold, listener: str, period: Period) -> Report:
    report = _read(gold, listener)
    if not report.who.plays:
        raise _no_plays(everything, listener, period)
    return replace(
        report,
        period=period,
        months=months.load(gold, listener),
        review=review.load(everything, listener, period.year) if period.year else None,
    )


def _no_plays(everything: Gold, listener: str, period: Period) -> NotFoundError:
    person = who.load(everything, listener)
    if not person.plays:
        return NotFoundError(
            f"'{clean(listener)}' has no plays at all yet.",
            hint="Bring a history in: spotiflow ingest export my_spotify_data.zip, then spotiflow build.",
        )
    return NotFoundError(
        f"There are no plays of '{clean(listener)}' in the period {period}.",
        hint=f"The history goes from {person.first_date} to {person.last_date}.",
    )
