"""The task that divides each listener's measured tracks into zones."""

from __future__ import annotations

import hashlib
from typing import ClassVar

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from spotiflow.ml.data.evaluate import Metric, metric_rows
from spotiflow.ml.data.learnable import LISTENING
from spotiflow.ml.engine.sources import (
    FEATURES_INPUT,
    LISTENERS,
    PLAYS_INPUT,
    Input,
    Query,
)
from spotiflow.ml.engine.standing import standing_version
from spotiflow.ml.engine.store import TrainingOutput
from spotiflow.ml.engine.tasks import Context, Task
from spotiflow.ml.recommend.inputs import LISTENER_RUNS
from spotiflow.ml.zones import divisions
from spotiflow.ml.zones.divisions import FEATURES, Zones, find_zones

ZONES, SPLIT = "zones", "own_tracks"
# The measured tracks of each listener.
MEASURED = Query(
    f"""
    select listener_id, track_id, count(*) as plays, max(played_at) as last_played_at,
        {", ".join(f"max({name}) as {name}" for name in FEATURES)}
    from {LISTENING} where is_measured group by all order by listener_id, track_id
    """,
    (LISTENING,),
)
_REPLACE = "; ".join(
    f"delete from ml.{table} where model = 'zones' and listener_id in (select listener_id from new_rows)"
    for table in ("zone_assignments", "zone_metrics", "listener_runs")
)


class ZoneTask(Task):
    """Zones of every listener whose measured tracks changed, and whether they are clusters."""

    name = ZONES
    inputs: ClassVar[tuple[Input, ...]] = (PLAYS_INPUT, FEATURES_INPUT)
    needs: ClassVar[tuple[Input, ...]] = (PLAYS_INPUT,)
    reads: ClassVar[tuple[Query, ...]] = (MEASURED, LISTENERS, LISTENER_RUNS)

    def run(self, context: Context, output: TrainingOutput) -> None:
        """Divide; a note for each listener with too few measured tracks."""
        measured = context.frame(MEASURED)
        version = _version(context, output, len(measured))
        done = context.frame(LISTENER_RUNS)
        stored = (
            {}
            if context.is_repeat
            else {row.listener_id: row.digest for row in done.itertuples() if row.model == ZONES}
        )
        for listener in context.listeners():
            tracks = measured[measured["listener_id"] == listener] if len(measured) else measured
            if len(tracks) < divisions.LEAST_TRACKS:
                output.notes.append(
                    f"Zones for {listener}: not enough data yet: {len(tracks)} measured tracks, "
                    f"{divisions.LEAST_TRACKS} needed."
                )
                continue
            digest = _digest(tracks, self.code)
            if stored.get(listener) == digest:
                continue
            with threadpool_limits(1):
                found = find_zones(tracks)
            if isinstance(found, str):
                output.notes.append(f"Zones for {listener}: {found}.")
            else:
                _put(context, output, (listener, digest, version), tracks, found)


def _digest(tracks: pd.DataFrame, code: str) -> str:
    told = hashlib.sha256(code.encode())
    rows = pd.util.hash_pandas_object(tracks[["track_id", *FEATURES]], index=False)
    told.update(rows.to_numpy().tobytes())
    return told.hexdigest()[:32]


def _version(context: Context, output: TrainingOutput, n_tracks: int) -> str:
    version, _ = standing_version(
        context,
        output,
        ZONES,
        model_type="k-means where there are clusters, else the fixed zones",
        approach="silhouette over that of noise, agreement over resampled tracks",
        rule="in use by design: clusters only where they are more than noise and found again",
        features=list(FEATURES),
        parameters={
            "n_zones": list(divisions.N_ZONES),
            "least_over_noise": divisions.LEAST_OVER_NOISE,
            "least_stability": divisions.LEAST_STABILITY,
            "least_zone_share": divisions.LEAST_ZONE_SHARE,
        },
        split=SPLIT,
        n_rows=n_tracks,
    )
    return version


def _put(
    context: Context, output: TrainingOutput, keys: tuple[str, str, str], tracks: pd.DataFrame, found: Zones
) -> None:
    listener, digest, version = keys
    same = {"listener_id": listener, "model": ZONES, "model_version": version}
    served = found.served
    run = pd.DataFrame(
        {
            "digest": [digest],
            "method": served.method,
            "n_plays": int(tracks["plays"].sum()),
            "n_tracks": len(tracks),
            "n_measured_tracks": len(tracks),
            "history_to": tracks["last_played_at"].max(),
        }
    )
    output.add("listener_runs", run.assign(**same), _REPLACE)
    zone = pd.DataFrame({"track_id": tracks["track_id"], "zone": served.zone, "method": served.method})
    output.add("zone_assignments", zone.assign(**same))
    rows = [
        {
            "method": one.method,
            "n_zones": one.n_zones,
            "is_clustered": one.is_clustered,
            "silhouette": one.silhouette,
            "silhouette_of_noise": one.silhouette_of_noise,
            "stability": one.stability,
        }
        for one in found.divisions
    ]
    output.add("zone_metrics", pd.DataFrame(rows).assign(**same))
    metric = Metric(
        "silhouette", served.silhouette, *_interval(served), len(tracks), "noise", served.silhouette_of_noise
    )
    output.metrics.append(
        metric_rows(
            [metric],
            ZONES,
            version,
            dataset=context.dataset_of(listener),
            split=SPLIT,
            part=served.method,
            listener_id=listener,
        )
    )


def _interval(served: divisions.Division) -> tuple[float, float]:
    """Return the middle 95 % of the mean silhouette over resampled tracks, from the values of the tracks."""
    values = served.silhouettes
    if len(values) < 2:
        return float("nan"), float("nan")
    half = 1.96 * float(np.std(values, ddof=1)) / float(np.sqrt(len(values)))
    return served.silhouette - half, served.silhouette + half
