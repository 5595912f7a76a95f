"""A listener's tracks as models on names see them, measured tracks as if they were not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from spotiflow.ml.data.catalogue import Catalogue, name_key
from spotiflow.ml.data.features import Codes, Mask, Matrix
from spotiflow.ml.data.learnable import FEATURES, NAMES, PLAYS
from spotiflow.ml.engine.sources import Input, Query
from spotiflow.ml.models.routed import NOT_IN_CATALOGUE
from spotiflow.ml.names.inputs import Inputs
from spotiflow.ml.names.model import ARTIST, TEXT, NamesModel
from spotiflow.ml.names.reader import Reader
from spotiflow.ml.names.tables import (
    TARGETS,
    NameKeys,
    Own,
    measures,
)
from spotiflow.ml.names.training import song_folds

MATCHES_TABLE = "silver.kaggle_track_matches"
STREAMS_INPUT = Input(
    PLAYS,
    ("play_id", "listener_id", "track_id", "session_id", "started_at", "is_music", "is_play", "is_simulated"),
)
NAMES_INPUT = Input(
    NAMES, ("listener_id", "track_id", "track_name", "primary_artist", "album_name", "duration_ms")
)
# Every track that each listener heard, with what is told of it by others than the catalogue.
HEARD_TRACKS = Query(
    f"""
    select names.listener_id, names.track_id, names.track_name, names.primary_artist, names.album_name,
        names.duration_ms,
        matches.kaggle_track_id, coalesce(features.is_measured, false) as is_measured,
        {", ".join(f"case when features.is_measured then features.{name} end as {name}" for name in TARGETS)}
    from {NAMES} as names
    left join {FEATURES} as features using (listener_id, track_id)
    left join {MATCHES_TABLE} as matches using (listener_id, track_id)
    where (names.listener_id, names.track_id) in (select listener_id, track_id from {PLAYS} where is_music)
    order by names.listener_id, names.track_id
    """,
    (PLAYS, NAMES, FEATURES, MATCHES_TABLE),
)
# Every stream of music, in the order in which it was heard.
STREAMS = Query(
    f"""
    select listener_id, track_id, session_id, is_play,
        row_number() over (
            partition by listener_id, session_id, is_play order by started_at, play_id
        ) as position
    from {PLAYS} where is_music order by listener_id, started_at, play_id
    """,
    (PLAYS,),
)
WHO = Query(
    f"select listener_id, bool_or(is_simulated) as is_simulated from {PLAYS} where is_music"
    " group by 1 order by 1",
    (PLAYS,),
)


@dataclass(frozen=True)
class Heard:
    """Every track that one listener heard: its features where measured (NaN elsewhere), and what names say of it.

    by_artist: prediction of TARGETS where the artist is known, from all tracks but this one; NaN elsewhere.
    by_text: prediction as if the artist were unknown; NaN where there are no names. width: half width of 90 %
    of both, on the catalogue. artists: a number per artist.
    """

    tracks: pd.DataFrame
    truth: Matrix
    is_measured: Mask
    artists: Codes
    by_artist: Matrix
    by_text: Matrix
    width_by_artist: Matrix
    width_by_text: Matrix

    def best(self) -> Matrix:
        """Return the prediction with the artist, else from text."""
        return np.where(np.isnan(self.by_artist), self.by_text, self.by_artist)


@dataclass(frozen=True)
class Serving:
    """The models on names in use: the reader, and per target the trees of each route, where there are.

    sha256: of the reader's file. Trees bring the reader they were made with, which may be an older one.
    """

    reader: Reader
    sha256: str
    by_artist: dict[str, NamesModel]
    by_text: dict[str, NamesModel]


def read_heard(tracks: pd.DataFrame, catalogue: Catalogue | None, serving: Serving | None) -> Heard:
    """Read every heard track; without models the predictions are NaN."""
    truth = tracks[list(TARGETS)].apply(pd.to_numeric, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    truth = np.where(np.isfinite(truth), truth, np.nan)
    is_measured = tracks["is_measured"].to_numpy(dtype=bool)
    keys = NameKeys.of(tracks)
    artists = pd.factorize(np.where(keys.artist > 0, keys.artist.astype(str), tracks["track_id"]))[0]
    nothing, no_width = np.full(truth.shape, np.nan), np.full(len(TARGETS), np.nan)
    if catalogue is None or serving is None:
        found = (nothing, nothing, no_width, no_width)
    else:
        found = _predicted(tracks, keys, catalogue, serving)
    return Heard(tracks, truth, is_measured, artists.astype(np.int64), *found)


def _predicted(
    tracks: pd.DataFrame, keys: NameKeys, catalogue: Catalogue, serving: Serving
) -> tuple[Matrix, Matrix, Matrix, Matrix]:
    place = same_song(tracks, catalogue)
    own, folds = _own(place, keys, catalogue)
    reading = _Reading(tracks.assign(track_genres=None), keys, own, folds)
    by_artist, width_by_artist = _along(ARTIST, reading, serving)
    by_text, width_by_text = _along(TEXT, reading, serving)
    by_artist[reading.inputs(serving.reader, serving.sha256).known.n_artist <= 0] = np.nan
    by_text[tracks["track_name"].isna().to_numpy() & tracks["primary_artist"].isna().to_numpy()] = np.nan
    return by_artist, by_text, width_by_artist, width_by_text


class _Reading:
    """Tracks as readers see them, each reader's inputs made once. folds: of each track's song."""

    def __init__(self, tracks: pd.DataFrame, keys: NameKeys, own: Own, folds: Codes) -> None:
        self._tracks, self._keys, self._own, self._folds = tracks, keys, own, folds
        self._done: dict[str, Inputs] = {}

    def inputs(self, reader: Reader, sha256: str) -> Inputs:
        """Return the inputs that a reader makes; sha256: of its file, by which it is known."""
        if sha256 not in self._done:
            self._done[sha256] = reader.inputs(self._tracks, self._own)
        return self._done[sha256]

    def by_trees(self, model: NamesModel, route: str) -> Matrix:
        """Predict by trees that did not see the track, from what their own reader makes of the names."""
        folds = self._folds if route == ARTIST else model.reader.folds_of(self._keys)
        return model.predict(route, self.inputs(model.reader, model.reader_sha256), folds)


def _along(route: str, reading: _Reading, serving: Serving) -> tuple[Matrix, Matrix]:
    """Predict all TARGETS along one route: by trees where they are in use, else by the linear model."""
    trees = serving.by_artist if route == ARTIST else serving.by_text
    columns, widths = [], []
    for target in TARGETS:
        if target in trees:
            columns.append(reading.by_trees(trees[target], route))
            widths.append(trees[target].quantiles[route])
        else:
            inputs = reading.inputs(serving.reader, serving.sha256)
            columns.append(serving.reader.linear_prediction(route, target, inputs))
            widths.append(1.645 * serving.reader.linear[route][target].error)
    return np.column_stack(columns), np.array(widths)


def same_song(tracks: pd.DataFrame, catalogue: Catalogue) -> Codes:
    """Return the row of catalogue.canonical that is the same song as each track; -1 for none.

    By the matched id, the track's own id, or title and artist.
    """
    known = catalogue.tracks
    names = name_key(known["track_name"], known["primary_artist"])
    group = pd.Series(None, index=tracks.index, dtype=object)
    for theirs, ours in (
        (tracks["kaggle_track_id"], known["track_id"]),
        (tracks["track_id"], known["track_id"]),
        (name_key(tracks["track_name"], tracks["primary_artist"]), names),
    ):
        first = pd.Series(known["song_group"].to_numpy(), index=ours)
        first = first[first.index.notna() & ~first.index.duplicated()]
        group = group.fillna(theirs.map(first))
    canonical = catalogue.canonical["song_group"]
    place = pd.Series(np.arange(len(canonical)), index=canonical)
    found = group.map(place[~place.index.duplicated()])
    return found.fillna(-1).to_numpy(dtype=np.int64)


def _own(place: Codes, keys: NameKeys, catalogue: Catalogue) -> tuple[Own, Codes]:
    """Return each track's own row in the tables, and the fold of its song; NOT_IN_CATALOGUE for none."""
    found = place >= 0
    canonical = catalogue.canonical.iloc[np.maximum(place, 0)]
    ours = NameKeys.of(canonical)
    in_artist = (found & (ours.artist == keys.artist) & (keys.artist > 0)).astype(np.float64)
    in_album = (found & (ours.album == keys.album) & (keys.album > 0)).astype(np.float64)
    folds = np.where(found, song_folds(canonical["song_group"]), NOT_IN_CATALOGUE)
    return Own(measures(canonical), in_artist, in_album), folds.astype(np.int64)
