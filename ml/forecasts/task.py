"""The task that forecasts each listener's next days."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pandas as pd

from ml.evaluate import metric_rows
from ml.forecasts import daily
from ml.forecasts.daily import ListenerForecast, Series, forecast
from ml.registry.entry import Draft, enter, write_version
from ml.registry.promotion import Decision
from ml.sources import DAYS, FEATURES_INPUT, LISTENERS, PLAYS_INPUT, Input, Query, Sources
from ml.store import Harvest
from ml.tasks import Context, Task, is_made

TARGETS = ("valence", "energy")
SPLIT = "rolling_origin"
BY_DESIGN = Decision(True, "serves by design: per listener, the candidate that was best on the days before")


class DailyForecasts(Task):
    """Forecasts of the next seven days of every listener."""

    name = daily.MODEL
    inputs: ClassVar[tuple[Input, ...]] = (PLAYS_INPUT, FEATURES_INPUT)
    needs: ClassVar[tuple[Input, ...]] = (PLAYS_INPUT,)
    reads: ClassVar[tuple[Query, ...]] = (DAYS, LISTENERS)

    @property
    def parameters(self) -> dict[str, Any]:
        """Return the candidates and the days needed."""
        return {"methods": list(daily.METHODS), "least_days": daily.LEAST_DAYS}

    def is_due(self, sources: Sources, settings: Any) -> bool:
        """Say whether the listening is new, or the file of its version not what was stored."""
        digest = self.digest(sources, sources.registry)
        return self.has_inputs(sources) and not is_made(sources, settings, self.name, digest)

    def run(self, context: Context, harvest: Harvest) -> None:
        """Forecast every listener's days; a note for each one with too few."""
        days = context.frame(DAYS)
        found = [
            forecast(listener, target, _series(days, listener, target))
            for listener in context.listeners()
            for target in TARGETS
        ]
        version = write_version(
            context.settings, context.sources.registry, self._draft(context, found), harvest
        )
        metrics = [_metrics(one, version.version, context) for one in found if one.metrics is not None]
        rows = pd.concat(metrics, ignore_index=True) if metrics else pd.DataFrame()
        enter(context.settings, harvest, version, rows, BY_DESIGN)
        harvest.replace("forecasts", _rows(found, version.version), models=[self.name])
        reasons = dict.fromkeys((one.listener_id, one.reason) for one in found if one.reason)
        harvest.notes += [f"Forecasts for {listener}: {reason}." for listener, reason in reasons]

    def _draft(self, context: Context, found: list[ListenerForecast]) -> Draft:
        served = {f"{one.listener_id} {one.target}": one.method or one.reason for one in found}
        parameters = self.parameters | {"served": served}
        return Draft(
            model=self.name,
            digest=self.digest(context.sources, context.sources.registry),
            recipe=self.recipe,
            model_type="best of mean, weighted means and same weekday",
            training_approach="rolling origin on days of listening, per listener",
            train_size=sum(one.n_days for one in found if one.target == TARGETS[0]),
            features=["past daily means"],
            parameters=parameters,
            split_id=SPLIT,
            data_hash=context.sources.hash_of(*self.inputs),
            state=parameters,
        )


def _series(days: pd.DataFrame, listener: str, target: str) -> Series:
    if days.empty:
        return Series(np.array([], dtype="datetime64[D]"), np.array([]))
    mine = days[days["listener_id"] == listener]
    dates = pd.to_datetime(mine["listening_date"]).to_numpy().astype("datetime64[D]")
    return Series(dates, mine[target].to_numpy(dtype=np.float64))


def _metrics(one: ListenerForecast, version: str, context: Context) -> pd.DataFrame:
    return metric_rows(
        one.metrics or [],
        daily.MODEL,
        version,
        dataset=context.dataset_of(one.listener_id),
        split=SPLIT,
        part=one.target,
        listener_id=one.listener_id,
    )


def _rows(found: list[ListenerForecast], version: str) -> pd.DataFrame:
    """Return the rows of ml.forecasts of all listeners."""
    frames = [one.rows for one in found if one.rows is not None]
    rows = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    return rows.assign(model=daily.MODEL, model_version=version)
