"""The task that makes every listener's lists and playlists, and says how such lists did."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pandas as pd

from spotiflow.ml.data.evaluate import metric_rows
from spotiflow.ml.engine.sources import (
    CATALOGUE_INPUT,
    FEATURES_INPUT,
    PLAYS_INPUT,
    Input,
    Query,
)
from spotiflow.ml.engine.standing import standing_version
from spotiflow.ml.engine.store import TrainingOutput
from spotiflow.ml.engine.tasks import Context, Task
from spotiflow.ml.recommend import activation, discovery, playlists
from spotiflow.ml.recommend.backtest import Judged, judge_discovery, judge_relisten
from spotiflow.ml.recommend.inputs import (
    CANDIDATES,
    CANDIDATES_INPUT,
    HEARD,
    HEARD_INPUT,
    LISTENER_RUNS,
    PLAYED,
    STREAMED,
    STREAMS_INPUT,
)
from spotiflow.ml.recommend.library import History, Library, library
from spotiflow.ml.recommend.listener_context import ListenerContext
from spotiflow.ml.recommend.lists import TOP_K, playlist_rows, recommended
from spotiflow.ml.recommend.vectors import EMBEDDINGS, embeddings, mean_vector

RELISTEN, DISCOVERY = "relisten", "discovery"
SPLIT = "global_time"
# Lists made between trainings are marked, so that the next training makes and judges them anew.
REFRESHED = " refreshed"
# What is new of a listener takes the place of what was; earlier lists stay, no longer current.
_REPLACE = """
    update ml.recommendations set is_current = false
    where is_current and listener_id in (select listener_id from new_rows);
    delete from ml.playlists where listener_id in (select listener_id from new_rows);
    delete from ml.listener_embeddings where listener_id in (select listener_id from new_rows);
    delete from ml.listener_runs
    where model in ('relisten', 'discovery') and listener_id in (select listener_id from new_rows);
"""


class Recommendations(Task):
    """Tracks to play again, tracks to discover, playlists by sound, and the vectors behind them."""

    name = RELISTEN
    inputs: ClassVar[tuple[Input, ...]] = (
        PLAYS_INPUT,
        HEARD_INPUT,
        STREAMS_INPUT,
        FEATURES_INPUT,
        CATALOGUE_INPUT,
        CANDIDATES_INPUT,
    )
    needs: ClassVar[tuple[Input, ...]] = (HEARD_INPUT,)
    reads: ClassVar[tuple[Query, ...]] = (HEARD, PLAYED, STREAMED, CANDIDATES, LISTENER_RUNS)
    refreshes: ClassVar[tuple[Query, ...]] = reads

    @property
    def makes(self) -> tuple[str, ...]:
        """Return the three methods that are measured."""
        return (RELISTEN, DISCOVERY, EMBEDDINGS)

    def run(self, context: Context, output: TrainingOutput) -> None:
        """Make the lists of every listener whose history changed; notes say what was not possible."""
        known = _known(context)
        stored = {} if context.is_repeat else {key: run.digest for key, run in _last_runs(context).items()}
        found, made_with = _Found(_versions(context, output, known)), _made_with(context, self.code)
        for history in known.histories():
            digest = history.digest(made_with)
            if stored.get((history.listener_id, RELISTEN)) != digest:
                found.make(history, known, digest, found.judge(history, known))
        found.put(output)
        if known.candidates is None:
            output.notes.append(
                "Nothing new is recommended: that takes the catalogue, spotiflow ingest kaggle PATH."
            )

    def refresh(self, context: Context, output: TrainingOutput) -> None:
        """Make the lists of whoever has new plays, by the method that the last training chose for them."""
        known, done, made_with = _known(context), _last_runs(context), _made_with(context, self.code)
        champion = context.sources.registry.champion
        found = _Found({model: one.version for model in self.makes if (one := champion(model))})
        for history in known.histories():
            last = done.get((history.listener_id, RELISTEN))
            digests = [history.digest(made_with + way) for way in ("", REFRESHED)]
            if last is None or last.digest not in digests:
                methods = {
                    model: run.method for (who, model), run in done.items() if who == history.listener_id
                }
                found.make(history, known, digests[-1], methods)
        found.put(output)


def _known(context: Context) -> Library:
    return library(*(context.frame(query) for query in (HEARD, PLAYED, STREAMED, CANDIDATES)))


def _last_runs(context: Context) -> dict[tuple[str, str], Any]:
    """Return what each listener's lists were last made from and by which method, by listener and model."""
    rows = context.frame(LISTENER_RUNS)
    return {(str(row.listener_id), str(row.model)): row for row in rows.itertuples()}


def _made_with(context: Context, code: str) -> str:
    return f"{context.sources.hash_of(CATALOGUE_INPUT, CANDIDATES_INPUT)} {code}"


class _Found:
    """The rows of all listeners."""

    def __init__(self, versions: dict[str, str]) -> None:
        self._versions = versions
        self._rows: dict[str, list[pd.DataFrame]] = {
            table: [] for table in ("listener_runs", "recommendations", "playlists", "listener_embeddings")
        }
        self._metrics: list[pd.DataFrame] = []
        self._notes: list[str] = []

    def judge(self, history: History, known: Library) -> dict[str, str]:
        """Back-test both lists of a listener, on the plays that models may learn from.

        Returns the methods to make the lists by, of those that could be tested.
        """
        history = history.to_learn_from()
        if not len(history.plays.day):
            whose = history.listener_id
            self._notes.append(f"Lists for {whose} are not tested: all plays are told by the Web API alone.")
            return {}
        found = judge_relisten(history)
        if isinstance(found, str):
            self._notes.append(f"Lists for {history.listener_id} are not tested yet: {found}.")
            return {}
        self._add_metrics(history, RELISTEN, found)
        if known.candidates is None:
            return {RELISTEN: found.method}
        of_new = judge_discovery(history, known.candidates, known.n_artists, len(known.genres))
        if isinstance(of_new, str):
            self._notes.append(f"New tracks for {history.listener_id} are not tested yet: {of_new}.")
            return {RELISTEN: found.method}
        self._add_metrics(history, DISCOVERY, of_new)
        return {RELISTEN: found.method, DISCOVERY: of_new.method}

    def _add_metrics(self, history: History, model: str, judged: Judged) -> None:
        self._metrics += [
            metric_rows(
                metrics,
                model,
                self._versions[model],
                dataset="simulated" if history.is_simulated else "listener",
                split=SPLIT,
                part=part,
                listener_id=history.listener_id,
            )
            for part, metrics in judged.metrics.items()
        ]

    def make(self, history: History, known: Library, digest: str, methods: dict[str, str]) -> None:
        """Make the lists of a listener by `methods`; known tracks without one as their own past chooses."""
        way_to_new = methods.get(DISCOVERY, discovery.TASTE)
        context = ListenerContext.of(history, known, methods.get(RELISTEN), way_to_new)
        lists, by_sound = recommended(context), playlist_rows(context)
        if by_sound.empty:
            n_measured = int(history.is_measured.sum())
            self._notes.append(
                f"No playlists for {history.listener_id}: {n_measured} measured tracks, "
                f"{playlists.LEAST_TRACKS} needed."
            )
        model = np.where(lists["kind"] == "again", RELISTEN, DISCOVERY)
        version = pd.Series(model).map(self._versions)
        self._add(
            history, "recommendations", lists.assign(is_current=True, model=model, model_version=version)
        )
        self._add(
            history, "playlists", by_sound.assign(model=RELISTEN, model_version=self._versions[RELISTEN])
        )
        for name, method in ((RELISTEN, context.method), (DISCOVERY, way_to_new)):
            run = _run(history, digest, method).assign(model=name, model_version=self._versions[name])
            self._add(history, "listener_runs", run)
        self._add(history, "listener_embeddings", mean_vector(history, self._versions[EMBEDDINGS]))

    def _add(self, history: History, table: str, rows: pd.DataFrame) -> None:
        if len(rows):
            self._rows[table].append(rows.assign(listener_id=history.listener_id))

    def put(self, output: TrainingOutput) -> None:
        """Put everything into the output; the runs first, as they clear what they replace."""
        output.metrics += self._metrics
        output.notes += self._notes
        for table, frames in self._rows.items():
            if not frames:
                continue
            rows = pd.concat(frames, ignore_index=True)
            if table == "recommendations":
                keys = rows[["listener_id", "kind", "rank", "track_id", "model_version"]].assign(
                    at=output.now
                )
                rows["recommendation_id"] = [
                    f"{key:016x}" for key in pd.util.hash_pandas_object(keys, index=False)
                ]
            output.add(table, rows, _REPLACE if table == "listener_runs" else "")


def _run(history: History, digest: str, method: str) -> pd.DataFrame:
    last = pd.Timestamp(history.plays.day[-1] * 86_400, unit="s").round("s")
    return pd.DataFrame(
        {
            "digest": [digest],
            "method": method,
            "n_plays": len(history.plays.day),
            "n_tracks": history.plays.n_tracks,
            "n_measured_tracks": int(history.is_measured.sum()),
            "history_to": last,
        }
    )


def _versions(context: Context, output: TrainingOutput, known: Library) -> dict[str, str]:
    """Return the version of each method; a new embedding is stored for every track."""
    n_plays = len(context.frame(PLAYED))
    relisten: dict[str, Any] = {"methods": list(activation.METHODS), "top_k": TOP_K}
    weights: dict[str, Any] = {
        "artist": discovery.ARTIST_WEIGHT,
        "genre": discovery.GENRE_WEIGHT,
        "popularity": discovery.POPULARITY_WEIGHT,
        "pool": discovery.POOL,
    }
    served, _ = standing_version(
        context,
        output,
        RELISTEN,
        model_type="plays weighed by their age",
        approach="per listener, the decay that was best in their own earlier weeks",
        rule="in use by design: per listener, the decay that was best in their own earlier weeks",
        features=["play times"],
        parameters=relisten,
        split=SPLIT,
        n_rows=n_plays,
    )
    proposed, _ = standing_version(
        context,
        output,
        DISCOVERY,
        model_type="artist, genre and popularity, spread by sound",
        approach="fixed weights: a listener's own past holds too few discoveries to choose them by",
        rule="in use by design: the one of the methods tried that finds anything on real histories",
        features=["artist plays", "genre share", "popularity"],
        parameters=weights,
        split=SPLIT,
        n_rows=n_plays,
    )
    return {RELISTEN: served, DISCOVERY: proposed, EMBEDDINGS: embeddings(context, output, known)}
