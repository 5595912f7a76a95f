"""Whose report it is."""

from __future__ import annotations

from spotiflow.core.errors import NotFoundError, UsageError
from spotiflow.core.settings import Settings
from spotiflow.core.words import clean
from spotiflow.report.gold.queries import LISTENERS, Gold


def choose(gold: Gold, settings: Settings, wanted: str | None) -> str:
    """Return the listener asked for or, without one, the only one with plays, else the default listener.

    Raises UsageError where several have plays and none is the default; NotFoundError before the first build,
    without listeners, and for one who is not there.
    """
    if not gold.tables.issuperset(LISTENERS.tables):
        raise NotFoundError("The warehouse has not been built yet.", hint="Build it: spotiflow build.")
    plays: dict[str, int] = {row["listener_id"]: row["plays"] for row in gold.rows(LISTENERS)}
    if not plays:
        raise NotFoundError(
            "The warehouse has no listener yet.",
            hint="Bring a history in: spotiflow run my_spotify_data.zip (or try spotiflow demo).",
        )
    if wanted is None:
        return _default(settings, plays)
    if wanted not in plays:
        raise NotFoundError(
            f"There is no listener '{clean(wanted)}' in the built tables.",
            hint=f"Known: {', '.join(sorted(plays))}. After an import, run: spotiflow build.",
        )
    return wanted


def _default(settings: Settings, plays: dict[str, int]) -> str:
    active = [name for name, count in plays.items() if count]
    if len(active) == 1:
        return active[0]
    if settings.default_listener in (active or plays):
        return settings.default_listener
    if not active:
        return next(iter(plays))
    raise UsageError(
        f"{len(active)} listeners have plays: {', '.join(sorted(active))}.",
        hint=f"Say whose report it is: --listener {active[0]}.",
    )
