"""Listeners drawn from the real catalogue, of which a part is then cut away, so that they differ from it.

What a catalogue has of a person's tracks is no random part of them: it is more popular, louder, of other
artists. So songs are taken out of the catalogue by one of CUTS, listeners are drawn from all of it, and what
was taken out is what nobody measured. Cuts differ in strength from draw to draw; whom they hit, nobody tells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from spotiflow.ml.completion.heard import Heard, Serving, read_heard
from spotiflow.ml.completion.neighbours import Neighbours, neighbours_of
from spotiflow.ml.data.catalogue import Catalogue, prepare_catalogue
from spotiflow.ml.data.features import Codes, Mask, Matrix
from spotiflow.ml.names.fit import fit_trees
from spotiflow.ml.names.model import ARTIST, SPECS, TEXT, NamesModel
from spotiflow.ml.names.tables import TARGETS
from spotiflow.ml.names.training import prepare_course

CUTS = ("popularity", "sound", "artists")
# How much the chance of being left in the catalogue hangs on a track's popularity, on its energy and
# loudness, on its artist and on its genre, in log odds per standard deviation.
STRENGTH = {
    "popularity": (2.0, 0.0, 1.5, 0.0),
    "sound": (0.5, 1.0, 1.5, 0.0),
    "artists": (0.5, 0.0, 3.0, 1.5),
}
KEPT_SHARE = 0.4
SESSION = 15
LISTENERS = 60


@dataclass(frozen=True)
class World:
    """A cut catalogue and the listeners drawn from the whole: every song once.

    truth: the features of every song, also of those cut away. heard: what completion may see.
    """

    cut: str
    tracks: pd.DataFrame
    truth: Matrix
    heard: Heard
    neighbours: dict[str, Neighbours]
    listeners: dict[str, Codes]


def world(rows: pd.DataFrame, cut: str, seed: int) -> World:
    """Cut the catalogue (rows of silver.kaggle_tracks), learn from what is left, and draw listeners."""
    draw = np.random.default_rng((seed, CUTS.index(cut)))
    whole = prepare_catalogue(rows, f"whole {seed}")
    songs = whole.canonical
    is_kept = _kept(songs, cut, draw)
    left = whole.tracks[whole.tracks["song_group"].isin(set(songs["song_group"][is_kept]))]
    catalogue = prepare_catalogue(left[rows.columns], f"{cut} {seed}")
    listeners = _listeners(songs, draw)
    streams = pd.concat([_streams(name, songs, places, draw) for name, places in listeners.items()])
    tracks = songs.assign(kaggle_track_id=songs["track_id"].where(pd.Series(is_kept)), is_measured=is_kept)
    truth = tracks[list(TARGETS)].to_numpy(dtype=np.float64)
    shown = tracks.assign(**{name: tracks[name].where(tracks["is_measured"]) for name in TARGETS})
    heard = read_heard(shown, catalogue, _learned(catalogue))
    neighbours = {name: neighbours_of(heard, streams[streams["listener_id"] == name]) for name in listeners}
    return World(cut, songs, truth, heard, neighbours, listeners)


def _kept(songs: pd.DataFrame, cut: str, draw: np.random.Generator) -> Mask:
    """Draw which songs are left in the catalogue."""
    of_popularity, of_sound, of_artist, of_genre = STRENGTH[cut]
    strength = draw.uniform(0.5, 1.5)
    sound = _scaled(songs["energy"]) + 0.5 * _scaled(songs["loudness"])
    artist, genre = (pd.factorize(column)[0] for column in (songs["artist_group"], _genre(songs)))
    odds = (
        strength * (of_popularity * _scaled(songs["popularity"].rank()) + of_sound * _scaled(sound))
        + of_artist * draw.normal(size=artist.max() + 1)[artist]
    )
    odds = odds + of_genre * draw.normal(size=genre.max() + 1)[genre] + draw.logistic(size=len(songs))
    kept: Mask = odds >= np.quantile(odds, 1 - KEPT_SHARE)
    return kept


def _scaled(values: pd.Series | Matrix) -> Matrix:
    numbers = np.asarray(values, dtype=np.float64)
    scaled: Matrix = (numbers - numbers.mean()) / numbers.std()
    return scaled


def _genre(songs: pd.DataFrame) -> pd.Series:
    return songs["track_genres"].map(lambda genres: genres[0])


def _learned(catalogue: Catalogue) -> Serving:
    """Fit the reader and the trees that need no genre."""
    course = prepare_course(catalogue)
    specs = [spec for spec in SPECS if not spec.needs_genre]
    routes: dict[str, dict[str, NamesModel]] = {ARTIST: {}, TEXT: {}}
    for spec, (estimators, widths) in fit_trees(specs, course, lambda _: None):
        model = NamesModel(spec.target, spec.routes, estimators, widths, course.reader, "", "reader")
        routes[next(iter(spec.routes))][spec.target] = model
    return Serving(course.reader, "reader", routes[ARTIST], routes[TEXT])


def _listeners(songs: pd.DataFrame, draw: np.random.Generator) -> dict[str, Codes]:
    """Draw people of two to twenty genres, of few or many artists, mainstream or niche, of a mood or not."""
    genre = pd.factorize(_genre(songs))[0]
    artist = pd.factorize(songs["artist_group"])[0]
    sound = np.column_stack(
        [_scaled(songs[name].fillna(0.5)) for name in ("energy", "valence", "acousticness")]
    )
    middle = np.array([sound[genre == one].mean(axis=0) for one in range(genre.max() + 1)])
    fame = _scaled(songs["popularity"].rank())
    found = {}
    for number in range(LISTENERS):
        far = np.linalg.norm(middle - middle[draw.integers(len(middle))], axis=1)
        far += draw.uniform(0.1, 1.5) * draw.gumbel(size=len(far))
        liked = np.argsort(far)[: int(np.exp(draw.uniform(np.log(2), np.log(20))))]
        worth = (
            draw.uniform(-0.3, 1.0) * fame
            + draw.uniform(0.2, 1.5) * draw.normal(size=artist.max() + 1)[artist]
        )
        if draw.random() < 0.5:
            mood = sound @ draw.normal(size=3)
            worth -= draw.uniform(0.1, 0.6) * np.square(_scaled(mood) - draw.normal())
        worth = np.where(np.isin(genre, liked), worth + draw.gumbel(size=len(songs)), -np.inf)
        n_tracks = int(np.exp(draw.uniform(np.log(400), np.log(3000))))
        chosen = np.argsort(-worth)[: min(n_tracks, int(np.isfinite(worth).sum() * 0.7))]
        found[f"{number:03d}"] = np.sort(chosen).astype(np.int64)
    return found


def _streams(name: str, songs: pd.DataFrame, places: Codes, draw: np.random.Generator) -> pd.DataFrame:
    """Let a listener hear every track twice, in sessions of near genre and sound."""
    mine = songs.iloc[places]
    genre = draw.normal(size=1000)[pd.factorize(_genre(mine))[0]]
    sound = _scaled(mine["energy"].fillna(0.5)) - 0.5 * _scaled(mine["acousticness"].fillna(0.5))
    near = draw.uniform(0.3, 1.0)
    orders = [
        np.argsort(genre + near * sound + draw.normal(size=len(mine)) * draw.uniform(0.7, 2.0)) for _ in "ab"
    ]
    order = np.concatenate(orders)
    position = np.arange(len(order))
    return pd.DataFrame(
        {
            "listener_id": name,
            "track_id": mine["track_id"].to_numpy()[order],
            "session_id": [f"{name}-{number}" for number in position // SESSION],
            "is_play": True,
            "position": position % SESSION,
        }
    )
