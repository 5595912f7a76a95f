"""What the models have to reach on the real catalogue and on real listeners, and whether they do.

A floor counts as reached within two standard errors of the measured value, which its interval tells.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

ARTISTS, SONGS, ROLLING, TIME = "artist_grouped_test", "song_grouped_test", "rolling_origin", "global_time"
LEFT_OUT, INJECTED, CALIBRATION = "artists_left_out", "injected_shifts", "calibration"


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
# What people do (docs/evidence.md 1), which the simulated ones have to come within a tenth of; the slope of
# the gaps until a track is heard again within .15.
CALIBRATED_TO = {
    "plays_a_session": 17.5,
    "relisten_share": 0.664,
    "under_5_s": 0.24,
    "under_30_s": 0.35,
    "unfinished": 0.486,
    "distinct_tracks": 3260.0,
    "top_track": 111.0,
    "gap_slope": -0.86,
}


def _off(part: str) -> float:
    return 0.15 / 0.86 if part == "gap_slope" else 0.1


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
    # A person's plays. What was asked for is the error itself; it was asked of one person, whose own mean had
    # .1525 and .198. For anyone else the same is a share of squared error saved, so both are judged.
    _most("valence_audio", TIME, "all", "rmse", 0.135, 0.127),
    _most("energy_audio", TIME, "all", "rmse", 0.115, 0.102),
    _least("valence_audio", TIME, "all", "mse_skill", 0.216, 0.306),
    _least("energy_audio", TIME, "all", "mse_skill", 0.663, 0.735),
    *(
        _least(f"{target}_listener", LEFT_OUT, part, "correlation", floor)
        for target, part, floor in (
            ("valence", "known_artist", 0.38),
            ("energy", "known_artist", 0.47),
            ("valence", "unknown_artist", 0.17),
            ("energy", "unknown_artist", 0.22),
        )
    ),
    *(
        target
        for model in ("valence_listener", "energy_listener")
        for part in ("known_artist", "unknown_artist")
        for target in (
            _least(model, LEFT_OUT, part, "mse_skill", 0.0),
            _least(model, LEFT_OUT, part, "coverage_90", 0.86),
            _most(model, LEFT_OUT, part, "coverage_90", 0.94),
        )
    ),
    *(
        target
        for model in ("valence_names_artist", "energy_names_artist")
        for target in (
            _least(model, SONGS, "unknown_artist", "coverage_90", 0.88),
            _most(model, SONGS, "unknown_artist", "coverage_90", 0.92),
        )
    ),
    # Made-up listeners, of whom the truth is known (benchmarks/simulated.py).
    _least("relisten", TIME, "simulated", "recall_at_20", 0.40),
    *(_least("simulated_listeners", CALIBRATION, part, "ratio", 1 - _off(part)) for part in CALIBRATED_TO),
    *(_most("simulated_listeners", CALIBRATION, part, "ratio", 1 + _off(part)) for part in CALIBRATED_TO),
    _least("listening_anomalies", INJECTED, "energy", "recall", 0.80, 0.87),
    _most("listening_anomalies", INJECTED, "energy", "false_alarms_a_quarter", 1.0),
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
