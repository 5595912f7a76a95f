"""What the models have to reach on the real catalogue and on real listeners, and whether they do.

A floor counts as reached within two standard errors of the measured value, which its interval tells.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

ARTISTS, SONGS, ROLLING, TIME = "artist_grouped_test", "song_grouped_test", "rolling_origin", "global_time"


@dataclass(frozen=True)
class Target:
    """One number that is to be reached: at least `floor`, or at most where `at_most`."""

    model: str
    split: str
    part: str
    metric: str
    floor: float
    stretch: float | None = None
    at_most: bool = False

    def judge(self, metrics: pd.DataFrame) -> list[Reached]:
        """Find the rows of this number, one per listener where it is about listeners."""
        same = (
            (metrics["model"] == self.model)
            & (metrics["split"] == self.split)
            & (metrics["slice"] == self.part)
            & (metrics["metric"] == self.metric)
        )
        return [
            Reached(self, *(row[name] for name in ("value", "ci_low", "ci_high", "n", "listener_id")))
            for row in metrics[same].to_dict("records")
        ]


@dataclass(frozen=True)
class Reached:
    """A target and what was measured."""

    target: Target
    value: float
    low: float
    high: float
    n: int
    listener_id: str

    @property
    def holds(self) -> bool:
        """Whether the floor is reached within two standard errors."""
        tolerance = (self.high - self.low) / 2
        return self._beyond(self.target.floor, tolerance)

    @property
    def word(self) -> str:
        """Say how far it gets: stretch, reached, within the tolerance, or missed."""
        if self.target.stretch is not None and self._beyond(self.target.stretch, 0.0):
            return "stretch"
        if self._beyond(self.target.floor, 0.0):
            return "reached"
        return "within two standard errors" if self.holds else "missed"

    def _beyond(self, limit: float, tolerance: float) -> bool:
        if self.target.at_most:
            return self.value <= limit + tolerance
        return self.value >= limit - tolerance


def _least(
    model: str, split: str, part: str, metric: str, floor: float, stretch: float | None = None
) -> Target:
    return Target(model, split, part, metric, floor, stretch)


def _most(
    model: str, split: str, part: str, metric: str, limit: float, stretch: float | None = None
) -> Target:
    return Target(model, split, part, metric, limit, stretch, at_most=True)


HIDDEN = "genre_hidden"
TARGETS = (
    _least("valence_audio", ARTISTS, HIDDEN, "r2", 0.50),
    _most("valence_audio", ARTISTS, HIDDEN, "rmse", 0.186),
    _least("valence_audio", ARTISTS, "all", "r2", 0.50, 0.57),
    _most("valence_audio", ARTISTS, "all", "rmse", 0.186, 0.172),
    _least("energy_audio", ARTISTS, HIDDEN, "r2", 0.85),
    _most("energy_audio", ARTISTS, HIDDEN, "rmse", 0.100),
    _least("energy_audio", ARTISTS, "all", "r2", 0.85, 0.864),
    _most("energy_audio", ARTISTS, "all", "rmse", 0.100, 0.096),
    _least("valence_audio", ARTISTS, "all", "coverage_90", 0.88),
    _most("valence_audio", ARTISTS, "all", "coverage_90", 0.92),
    _least("energy_audio", ARTISTS, "all", "coverage_90", 0.88),
    _most("energy_audio", ARTISTS, "all", "coverage_90", 0.92),
    _most("valence_audio", ARTISTS, "all", "interval_width_90", 0.60),
    _most("energy_audio", ARTISTS, "all", "interval_width_90", 0.31),
    _least("mood_category", ARTISTS, HIDDEN, "accuracy", 0.60, 0.62),
    _least("mood_category", ARTISTS, HIDDEN, "macro_f1", 0.54, 0.58),
    _least("mood_category", ARTISTS, HIDDEN, "top2_accuracy", 0.85),
    _most("mood_category", ARTISTS, HIDDEN, "ece", 0.03),
    _least("mood_category", ARTISTS, "all", "accuracy", 0.60, 0.62),
    _least("mood_category", ARTISTS, "all", "macro_f1", 0.54, 0.58),
    _least("valence_names_artist", SONGS, "known_artist", "r2", 0.47, 0.52),
    _least("energy_names_artist", SONGS, "known_artist", "r2", 0.65, 0.70),
    _least("valence_names", ARTISTS, "all", "r2", 0.19, 0.25),
    _least("energy_names", ARTISTS, "all", "r2", 0.26, 0.32),
    _least("valence_names_genre", SONGS, "known_artist", "r2", 0.46, 0.48),
    _least("energy_names_genre", SONGS, "known_artist", "r2", 0.62, 0.655),
    _least("valence_names_genre", ARTISTS, "all", "r2", 0.34, 0.38),
    _least("energy_names_genre", ARTISTS, "all", "r2", 0.47, 0.50),
    _most("nearest_neighbour_leak", ARTISTS, "all", "r2", 0.05),
    _least("track_vectors", "artists_halved", "all", "same_artist_hit_at_10", 0.23, 0.248),
    _least("matched_by_name", ARTISTS, "valence", "r2", 0.95),
    _least("matched_by_name", ARTISTS, "energy", "r2", 0.93),
    _least("pseudo_listeners", ARTISTS, "valence", "median_r2", 0.28, 0.32),
    _least("pseudo_listeners", ARTISTS, "energy", "median_r2", 0.70),
    _most("pseudo_listeners", ARTISTS, "valence", "negative_share", 0.08, 0.0),
    _most("pseudo_listeners", ARTISTS, "energy", "negative_share", 0.08, 0.0),
    # A person's plays: RMSE .135 and .115 where their own mean has .1525 and .198, as squared error saved.
    _least("valence_audio", TIME, "all", "mse_skill", 0.216, 0.306),
    _least("energy_audio", TIME, "all", "mse_skill", 0.663, 0.735),
    *(
        _least(name, ROLLING, part, "mse_skill", -0.01, 0.05)
        for name in ("daily_forecast", "session_forecast")
        for part in ("valence", "energy")
    ),
    *(
        _least(name, ROLLING, part, "coverage_90", 0.86)
        for name in ("daily_forecast", "session_forecast")
        for part in ("valence", "energy")
    ),
    *(
        _most(name, ROLLING, part, "coverage_90", 0.94)
        for name in ("daily_forecast", "session_forecast")
        for part in ("valence", "energy")
    ),
)


def judge_all(metrics: pd.DataFrame) -> list[Reached]:
    """Judge every target that was measured, in order."""
    return [reached for target in TARGETS for reached in target.judge(metrics)]


def not_measured(metrics: pd.DataFrame) -> list[Target]:
    """Return the targets for which there is no row."""
    return [target for target in TARGETS if not target.judge(metrics)]
