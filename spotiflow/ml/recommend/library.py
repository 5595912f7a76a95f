"""The catalogue and the listeners' histories, joined: who knows which recording under whatever name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from spotiflow.ml.data.catalogue import audio_key
from spotiflow.ml.data.features import Codes, Mask, Matrix
from spotiflow.ml.recommend.activation import Plays
from spotiflow.ml.recommend.embedding import Embedding

SECONDS_A_DAY = 86_400


@dataclass(frozen=True)
class Candidates:
    """Catalogue tracks to discover, each recording once (its most popular row), most popular first.

    tracks: the columns of CANDIDATES. artist, genre: codes, genre -1 for none. recording: number of the
    recording. popularity: 0 to 1.
    """

    tracks: pd.DataFrame
    recording: Codes
    artist: Codes
    genre: Codes
    vectors: Matrix

    @cached_property
    def popularity(self) -> Matrix:
        """Spotify's popularity in the catalogue, 0 to 1."""
        return self.tracks["popularity"].to_numpy(dtype=np.float64) / 100

    @cached_property
    def is_simulated(self) -> Mask:
        """Which tracks are invented."""
        return self.tracks["is_simulated"].to_numpy(dtype=bool)


@dataclass(frozen=True)
class History:
    """One listener: their tracks (the columns of HEARD), plays, and the recordings they ever streamed.

    artist, genre: codes shared with Candidates. local_day: of each play, days since 1970. may_teach: whether
    models may learn from it. vectors: NaN rows for unmeasured tracks. recording: of each track, -1 for none.
    """

    listener_id: str
    tracks: pd.DataFrame
    plays: Plays
    local_day: Codes
    may_teach: Mask
    artist: Codes
    genre: Codes
    recording: Codes
    streamed: Codes
    vectors: Matrix

    @property
    def is_simulated(self) -> bool:
        """Whether this is no person."""
        return bool(self.tracks["is_simulated"].any())

    def to_learn_from(self) -> History:
        """Return the history with only the plays that models may learn from."""
        kept, own = self.may_teach, self.plays.where(self.may_teach)
        return replace(self, plays=own, local_day=self.local_day[kept], may_teach=kept[kept])

    @property
    def end(self) -> float:
        """The moment after the last play, days since 1970."""
        return float(self.plays.day[-1]) + 1 / 24

    @cached_property
    def is_measured(self) -> Mask:
        """Which tracks have measured valence and energy."""
        return np.asarray(~np.isnan(self.vectors).any(axis=1))

    def digest(self, made_with: str) -> str:
        """Hash the history and `made_with`: what the listener's results depend on."""
        told = hashlib.sha256(made_with.encode())
        rows = pd.util.hash_pandas_object(self.tracks.drop(columns="number"), index=False)
        told.update(rows.to_numpy().tobytes())
        for numbers in (self.plays.track, self.plays.day, self.local_day, self.streamed, self.may_teach):
            told.update(np.ascontiguousarray(numbers).tobytes())
        return told.hexdigest()[:32]


@dataclass(frozen=True)
class Library:
    """All that recommending works on. candidates: None without a catalogue."""

    candidates: Candidates | None
    embedding: Embedding
    heard: pd.DataFrame
    genres: list[str]
    n_artists: int
    _codes: tuple[Codes, Codes, Codes]
    _streamed: dict[str, Codes]
    _played: pd.DataFrame

    def histories(self) -> Iterator[History]:
        """Go through the listeners, one at a time."""
        heard, played = self.heard, self._played
        vectors = self.embedding.of(heard)
        for listener, tracks in heard.groupby("listener_id", sort=True):
            first, last = int(tracks.index[0]), int(tracks.index[-1])
            mine = slice(*np.searchsorted(self._owners, [first, last + 1]))
            plays = Plays(
                played["number"].to_numpy()[mine].astype(np.int64) - first,
                played["second"].to_numpy()[mine] / SECONDS_A_DAY,
                len(tracks),
            )
            artist, genre, recording = (codes[first : last + 1] for codes in self._codes)
            yield History(
                str(listener),
                tracks.reset_index(drop=True),
                plays,
                played["local_day"].to_numpy()[mine].astype(np.int64),
                played["may_teach"].to_numpy(dtype=bool)[mine],
                artist,
                genre,
                recording,
                self._streamed.get(str(listener), np.array([], dtype=np.int64)),
                vectors[first : last + 1],
            )

    @cached_property
    def _owners(self) -> Codes:
        """The first track number of the listener of each play: plays come listener by listener."""
        starts = self.heard.groupby("listener_id", sort=True)["number"].transform("min").to_numpy()
        owners: Codes = starts[self._played["number"].to_numpy()].astype(np.int64)
        return owners


def library(
    heard: pd.DataFrame, played: pd.DataFrame, streamed: pd.DataFrame, catalogue: pd.DataFrame
) -> Library:
    """Join what the queries of `ml.recommend.inputs` gave; an empty `catalogue` is none."""
    artists, known_artists = pd.factorize(pd.concat([_column(catalogue, "artist_key"), heard["artist_key"]]))
    genres, names = pd.factorize(
        pd.concat([_column(catalogue, "track_genre"), heard["track_genre"]]), sort=True
    )
    split = len(catalogue)
    embedding = Embedding.fit(catalogue, artists[:split]) if split else Embedding.fit(heard, artists)
    candidates, recordings = None, _Recordings.of(catalogue)
    if split:
        kept = recordings.first_rows
        candidates = Candidates(
            catalogue.iloc[kept].reset_index(drop=True),
            recordings.number[kept],
            artists[:split][kept].astype(np.int64),
            genres[:split][kept].astype(np.int64),
            embedding.of(catalogue.iloc[kept]),
        )
    codes = (artists[split:].astype(np.int64), genres[split:].astype(np.int64))
    known, by_sound = recordings.known_to(streamed, heard)
    return Library(
        candidates,
        embedding,
        heard,
        list(map(str, names)),
        len(known_artists),
        (*codes, by_sound),
        known,
        played,
    )


def _column(rows: pd.DataFrame, name: str) -> pd.Series:
    return rows[name] if name in rows else pd.Series([], dtype=object)


@dataclass(frozen=True)
class _Recordings:
    """The rows of the catalogue that are one recording: the same title and artist, or the same sound."""

    number: Codes
    names: dict[str, pd.Series]

    @classmethod
    def of(cls, catalogue: pd.DataFrame) -> _Recordings:
        """Number the recordings."""
        if catalogue.empty:
            return cls(np.array([], dtype=np.int64), {})
        own = catalogue["track_id"].astype(object)
        sound = audio_key(catalogue).fillna(own)
        name = catalogue["song_id"].astype(object).fillna(own)
        number = _joined(name, sound)
        keys = {"track_id": own, "song_id": name, "sound": sound}
        return cls(number, {key: _numbers_of(column, number) for key, column in keys.items()})

    @property
    def first_rows(self) -> Codes:
        """The first row of each recording, in the order of the rows."""
        return np.sort(np.unique(self.number, return_index=True)[1]).astype(np.int64)

    def _find(self, key: str, values: pd.Series) -> Codes:
        if key not in self.names:
            return np.full(len(values), -1, dtype=np.int64)
        return np.asarray(values.map(self.names[key]).fillna(-1), dtype=np.int64)

    def known_to(self, streamed: pd.DataFrame, heard: pd.DataFrame) -> tuple[dict[str, Codes], Codes]:
        """Return the recordings each listener has streamed, and the recording of each heard track."""
        sound = self._find("sound", audio_key(heard))
        found = np.column_stack(
            [
                self._find("track_id", streamed["kaggle_track_id"]),
                self._find("track_id", streamed["track_id"]),
                self._find("song_id", streamed["song_id"]),
            ]
        )
        by_track = pd.Series(found.max(axis=1), index=[streamed["listener_id"], streamed["track_id"]])
        keys = pd.MultiIndex.from_frame(heard[["listener_id", "track_id"]])
        named = by_track.reindex(keys).fillna(-1).to_numpy(dtype=np.int64)
        pairs = pd.DataFrame(
            {
                "listener": pd.concat([*[streamed["listener_id"]] * 3, heard["listener_id"]]),
                "recording": np.concatenate([*found.T, sound]),
            }
        )
        pairs = pairs[pairs["recording"] >= 0].drop_duplicates()
        known = {str(name): np.sort(rows.to_numpy()) for name, rows in pairs.groupby("listener")["recording"]}
        return known, np.where(named >= 0, named, sound)


def _joined(*keys: pd.Series) -> Codes:
    """Number the rows that share a value of any key, directly or by others, after the first of them."""
    number = np.arange(len(keys[0]))
    codes = [pd.factorize(key)[0] for key in keys]
    while True:
        before = number
        for code in codes:
            first = np.full(int(code.max()) + 1, len(number))
            np.minimum.at(first, code, number)
            number = first[code]
        if (number == before).all():
            return number.astype(np.int64)


def _numbers_of(names: pd.Series, number: Codes) -> pd.Series:
    """Return the recording of each name."""
    found = pd.Series(number, index=pd.Index(names))
    return found[~found.index.duplicated()]
