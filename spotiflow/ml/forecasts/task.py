"""What the tasks have in common that forecast each listener's days and sessions."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import pandas as pd

from spotiflow.ml.data.evaluate import Metric, metric_rows
from spotiflow.ml.engine.entry import Draft, enter, write_version
from spotiflow.ml.engine.promotion import Decision
from spotiflow.ml.engine.sources import (
    FEATURES_INPUT,
    LISTENERS,
    PLAYS_INPUT,
    Input,
    Query,
    Sources,
)
from spotiflow.ml.engine.store import TrainingOutput
from spotiflow.ml.engine.tasks import Context, Task, is_made
from spotiflow.ml.forecasts.rolling import (
    LEVEL_STEP,
    METHODS,
    RATE,
    Series,
)

TARGETS = ("valence", "energy")
SPLIT = "rolling_origin"
BY_DESIGN = Decision(True, "in use by design: per listener, what was best on the past, or the mean")


@dataclass(frozen=True)
class Forecast:
    """What there is to store of one listener and target; `reason` says why there is nothing.

    n_values: days or sessions there were. judge: scores the forecasts of the past. method: what weighs most
    in the next forecast.
    """

    n_values: int
    rows: pd.DataFrame | None = None
    judge: Callable[[], list[Metric]] | None = None
    method: str | None = None
    reason: str | None = None

    @cached_property
    def metrics(self) -> list[Metric] | None:
        """How the forecasts of the past did: a training asks, and a look ahead between trainings does not."""
        return self.judge() if self.judge else None


Found = dict[tuple[str, str], Forecast]


class Forecasts(Task):
    """Forecasts of one kind for every listener. table: of schema ml. query: the means that are forecast."""

    inputs: ClassVar[tuple[Input, ...]] = (PLAYS_INPUT, FEATURES_INPUT)
    needs: ClassVar[tuple[Input, ...]] = (PLAYS_INPUT,)
    reads: ClassVar[tuple[Query, ...]] = (LISTENERS,)
    table: ClassVar[str]
    query: ClassVar[Query]
    least: ClassVar[int]
    what: ClassVar[str]

    @property
    def parameters(self) -> dict[str, Any]:
        """Return the candidates, how they are mixed, and what is needed."""
        steps = {"rate": RATE, "level_step": LEVEL_STEP}
        return {"methods": list(METHODS), f"least_{self.what}": self.least} | steps

    @abstractmethod
    def series(self, rows: pd.DataFrame, target: str) -> Series:
        """Make the series of one listener's rows of the query."""

    @abstractmethod
    def forecast(self, rows: pd.DataFrame, series: Series) -> Forecast:
        """Forecast one series of one listener."""

    def is_due(self, sources: Sources, settings: Any) -> bool:
        """Say whether the listening is new, or the file of its version not what was stored."""
        digest = self.digest(sources, sources.registry)
        return self.has_inputs(sources) and not is_made(sources, settings, self.name, digest)

    def run(self, context: Context, output: TrainingOutput) -> None:
        """Forecast for every listener; a note for each one with too little to learn from."""
        found = self._forecast_all(context)
        registry = context.sources.registry
        version = write_version(context.settings, registry, self._draft(context, found), output)
        metrics = [self._metrics(key, one, version.version, context) for key, one in found.items()]
        known = [rows for rows in metrics if rows is not None]
        rows = pd.concat(known, ignore_index=True) if known else pd.DataFrame()
        enter(output, version, rows, BY_DESIGN)
        self._put(found, version.version, output)
        reasons = dict.fromkeys((listener, one.reason) for (listener, _), one in found.items() if one.reason)
        word = self.what.removesuffix("s").capitalize()
        output.notes += [f"{word} forecasts for {listener}: {reason}." for listener, reason in reasons]

    def refresh(self, context: Context, output: TrainingOutput) -> None:
        """Forecast from what is newest, without judging: the figures are those of the training."""
        champion = context.sources.registry.champion(self.name)
        if champion is not None:
            self._put(self._forecast_all(context), champion.version, output)

    def _put(self, found: Found, version: str, output: TrainingOutput) -> None:
        frames = [
            one.rows.assign(listener_id=listener, target=target)
            for (listener, target), one in found.items()
            if one.rows is not None
        ]
        table = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
        named = table.assign(model=self.name, model_version=version)
        output.replace(self.table, named, models=[self.name])

    def _forecast_all(self, context: Context) -> Found:
        rows = context.frame(self.query)
        found = {}
        for listener in context.listeners():
            mine = rows[rows["listener_id"] == listener].reset_index(drop=True) if len(rows) else None
            for target in TARGETS:
                found[listener, target] = (
                    Forecast(0, reason=f"not enough data yet: 0 {self.what}, {self.least} needed")
                    if mine is None
                    else self.forecast(mine, self.series(mine, target))
                )
        return found

    def _metrics(
        self, key: tuple[str, str], one: Forecast, version: str, context: Context
    ) -> pd.DataFrame | None:
        if one.metrics is None:
            return None
        listener, target = key
        return metric_rows(
            one.metrics,
            self.name,
            version,
            dataset=context.dataset_of(listener),
            split=SPLIT,
            part=target,
            listener_id=listener,
        )

    def _draft(self, context: Context, found: Found) -> Draft:
        served = {
            f"{listener} {target}": one.method or one.reason for (listener, target), one in found.items()
        }
        parameters = self.parameters | {"served": served}
        return Draft(
            model=self.name,
            digest=self.digest(context.sources, context.sources.registry),
            recipe=self.recipe,
            model_type="mixture of mean, weighted means and same weekday",
            training_approach=f"rolling origin on {self.what} of listening, per listener",
            train_size=sum(one.n_values for (_, target), one in found.items() if target == TARGETS[0]),
            features=[f"past means of {self.what}"],
            parameters=parameters,
            split_id=SPLIT,
            data_hash=context.sources.hash_of(*self.inputs),
            state=parameters,
            has_web_api_content=context.sources.has_web_api_content,
        )
