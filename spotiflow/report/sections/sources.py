"""Where the audio features come from, and what would raise the measured share."""

from __future__ import annotations

from dataclasses import dataclass

from spotiflow.report.gold.queries import (
    CATALOGUE,
    PREDICTED,
    SOURCES,
    Gold,
)

LABELS = {
    "real": "real",
    "kaggle": "catalogue",
    "synthetic": "synthetic stand-in",
    "unknown": "unknown",
}


@dataclass(frozen=True)
class FeatureSource:
    """One source of audio features: plays and distinct tracks that take them from there."""

    feature_source: str
    plays: int
    tracks: int
    share: float


@dataclass(frozen=True)
class Predicted:
    """What predictions fill in where use_predictions is on: tracks, share of plays, mean standard errors."""

    tracks: int
    share: float
    valence_standard_error: float
    energy_standard_error: float


@dataclass(frozen=True)
class Sources:
    """All sources of one listener, and the catalogue that tracks are matched with."""

    source: tuple[str, ...]
    sources: tuple[FeatureSource, ...]
    catalogue_rows: int
    is_catalogue_simulated: bool
    predicted: Predicted | None = None


def load(gold: Gold, listener: str) -> Sources:
    """Read the sources; a source without plays is a row of 0, as long as there are plays at all."""
    found = {row["feature_source"]: FeatureSource(**row) for row in gold.rows(SOURCES, listener=listener)}
    everything = [found.get(name, FeatureSource(name, 0, 0, 0.0)) for name in LABELS]
    catalogue = gold.first(CATALOGUE) or {}
    predicted = gold.first(PREDICTED, listener=listener)
    return Sources(
        SOURCES.tables + CATALOGUE.tables + (PREDICTED.tables if predicted else ()),
        tuple(everything) if found else (),
        catalogue.get("n_rows") or 0,
        bool(catalogue.get("is_simulated")),
        Predicted(**predicted) if predicted else None,
    )


def advice(section: Sources, complete_days: int) -> str:
    """Return the one step that would raise the measured share most."""
    if not section.catalogue_rows:
        return "To raise it: spotiflow ingest kaggle archive.zip (the Kaggle Spotify Tracks Dataset)."
    if section.sources and not complete_days:
        return "To raise it: the Extended streaming history names track ids, which match best; ask Spotify."
    return "The catalogue lacks the rest; statistics and models use measured plays only."
