"""The catalogue models learn from: each recording once, and a split that no artist or recording crosses.

Kaggle lists a track once per genre and a recording under many ids; a random split of its rows puts the same
audio on both sides and reports memory as skill. So duplicates go first (by id in silver; here by audio
fingerprint and by title and first artist), and whole components of shared artist, audio and name are
assigned to one fold (docs/evidence.md 2).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from spotiflow.ml.data.features import (
    Codes,
    GenreLabels,
    Mask,
    Matrix,
    audio_inputs,
    input_matrix,
)
from spotiflow.ml.data.reproducible import SEED

N_FOLDS = 5
TEST_FOLD = 0
FINGERPRINT_FEATURES = (
    "danceability",
    "energy",
    "valence",
    "acousticness",
    "instrumentalness",
    "speechiness",
    "liveness",
    "loudness",
    "tempo",
)
FINGERPRINT_DECIMALS = 4
LEAK_LIMIT_R2 = 0.05
LEAST_TEST_TRACKS = 30
SPLIT_COLUMNS = ("track_id", "artist_group", "song_group", "fold", "split", "split_id")


@dataclass(frozen=True)
class Catalogue:
    """Every track with sound (`tracks`), each with its groups, fold and whether it is the one kept.

    tracks: the columns of silver.kaggle_tracks plus artist_group, song_group, fold, is_canonical.
    canonical: the tracks that are kept, sorted by track_id; what models are fitted and tested on.
    """

    tracks: pd.DataFrame
    split_id: str
    data_hash: str
    is_simulated: bool
    canonical: pd.DataFrame = field(init=False)
    genres: GenreLabels = field(init=False)

    def __post_init__(self) -> None:
        """Keep the canonical tracks and their genres at hand."""
        canonical = self.tracks[self.tracks["is_canonical"]].reset_index(drop=True)
        object.__setattr__(self, "canonical", canonical)
        object.__setattr__(self, "genres", GenreLabels.of(canonical["track_genres"]))

    @property
    def dataset(self) -> str:
        """The name of this catalogue in ml.model_metrics."""
        return "simulated" if self.is_simulated else "catalogue"

    @property
    def folds(self) -> Codes:
        """The fold of each canonical track; TEST_FOLD is the frozen test."""
        return self.canonical["fold"].to_numpy(dtype=np.int64)

    @property
    def is_test(self) -> Mask:
        """Which canonical tracks are in the frozen test."""
        is_test: Mask = self.folds == TEST_FOLD
        return is_test

    @property
    def clusters(self) -> Codes:
        """A number per artist group of the canonical tracks: the unit of inference."""
        return pd.factorize(self.canonical["artist_group"])[0].astype(np.int64)

    def split_rows(self) -> pd.DataFrame:
        """Return the rows of ml.catalogue_split, without created_at."""
        rows = self.canonical[["track_id", "artist_group", "song_group", "fold"]].copy()
        rows["split"] = np.where(self.is_test, "test", "train")
        rows["split_id"] = self.split_id
        return rows[list(SPLIT_COLUMNS)]


def split_id_of(data_hash: str) -> str:
    """Name the split of a catalogue: a hash of its data, the seed and the number of folds."""
    return hashlib.sha256(f"{data_hash}:{SEED}:{N_FOLDS}".encode()).hexdigest()[:12]


def prepare_catalogue(
    rows: pd.DataFrame, data_hash: str, frozen_split: pd.DataFrame | None = None
) -> Catalogue:
    """Group, deduplicate and split the rows of silver.kaggle_tracks.

    frozen_split: the stored rows of ml.catalogue_split of the same data; where given, its folds hold.
    Silent tracks (no tempo) are left out: Spotify has no rhythm features of silence and noise.
    """
    sounding = pd.to_numeric(rows["tempo"], errors="coerce") > 0
    tracks = rows[sounding].sort_values("track_id", ignore_index=True)
    audio, name, artist = _keys(tracks)
    tracks["artist_group"] = _group_names(connected(artist, audio, name), artist)
    tracks["song_group"] = _group_names(connected(audio, name), tracks["track_id"])
    kept = ~audio.duplicated() & ~name.where(~audio.duplicated(), tracks["track_id"]).duplicated()
    tracks["is_canonical"] = kept
    tracks["fold"] = _folds(tracks, frozen_split)
    simulated = bool(tracks["is_simulated"].any()) if len(tracks) else False
    return Catalogue(tracks, split_id_of(data_hash), data_hash, simulated)


def normalised(text: pd.Series) -> pd.Series:
    """Lower case without outer spaces: how titles and artists are compared."""
    return text.astype("object").where(text.notna(), None).str.strip().str.lower()


def audio_key(tracks: pd.DataFrame) -> pd.Series:
    """Return a hash of a recording's nine features, rounded, as text; None where one is missing."""
    # Adding 0 turns -0.0 into 0.0, which hashes differently.
    features = tracks[list(FINGERPRINT_FEATURES)].astype(np.float64).round(FINGERPRINT_DECIMALS) + 0.0
    key = pd.util.hash_pandas_object(features, index=False).astype(str).astype(object)
    return key.where(features.notna().all(axis=1), None)


def name_key(title: pd.Series, artist: pd.Series) -> pd.Series:
    """Return title and first artist as one text; None where one of them is missing."""
    return normalised(title).str.cat(normalised(artist), sep="\x1f")


def _keys(tracks: pd.DataFrame) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Audio, name and artist of each track; a missing one is the track's own id and so joins nothing."""
    own = tracks["track_id"].astype(object)
    audio = audio_key(tracks).str.cat(tracks["duration_ms"].astype(str), sep=" ")
    name = name_key(tracks["track_name"], tracks["primary_artist"])
    artist = normalised(tracks["primary_artist"])
    return audio.fillna(own), name.fillna(own), artist.fillna(own)


def connected(*keys: pd.Series) -> Codes:
    """Number the connected components of rows that share a value of any key."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    n_rows = len(keys[0])
    offset, edges = n_rows, []
    for key in keys:
        codes = pd.factorize(key)[0]
        edges.append(codes + offset)
        offset += int(codes.max(initial=-1)) + 1
    start = np.tile(np.arange(n_rows), len(keys))
    ends = np.concatenate(edges)
    graph = coo_matrix((np.ones(len(ends), dtype=np.int8), (start, ends)), shape=(offset, offset))
    components: Codes = connected_components(graph, directed=False)[1][:n_rows].astype(np.int64)
    return components


def _group_names(components: Codes, member: pd.Series) -> pd.Series:
    """Name each component after its first member, so that a group keeps its name when others change."""
    codes, members = pd.factorize(member, sort=True)
    first = np.full(int(components.max(initial=-1)) + 1, len(members), dtype=np.int64)
    np.minimum.at(first, components, codes)
    names = [_short_hash(str(members[int(place)])) for place in first]
    return pd.Series(np.array(names, dtype=object)[components], index=member.index)


def _short_hash(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:16]


def _folds(tracks: pd.DataFrame, frozen: pd.DataFrame | None) -> pd.Series:
    if frozen is None or frozen.empty:
        return tracks["artist_group"].map({group: _fold(group) for group in set(tracks["artist_group"])})
    stored = frozen.drop_duplicates("artist_group").set_index("artist_group")["fold"]
    return tracks["artist_group"].map(stored).astype(np.int64)


def _fold(group: str) -> int:
    return int(_short_hash(f"{SEED}:{group}"), 16) % N_FOLDS


def nearest_neighbour_predictions(
    catalogue: Catalogue, target: str = "valence"
) -> tuple[Matrix, Matrix, Codes]:
    """Predict each test track by copying the nearest training track: truth, prediction, artist cluster.

    A recording that is on both sides of a split is its own nearest neighbour, so an R2 over LEAK_LIMIT_R2
    says that the split leaks (an honest one gives about -.1; docs/evidence.md 2).
    """
    tracks = catalogue.canonical
    inputs = input_matrix(tracks, audio_inputs(without=[target]))
    truth = tracks[target].to_numpy(dtype=np.float64)
    usable = ~np.isnan(inputs).any(axis=1) & ~np.isnan(truth)
    train, test = usable & ~catalogue.is_test, usable & catalogue.is_test
    return truth[test], copy_nearest(inputs, truth, train, test), catalogue.clusters[test]


def copy_nearest(inputs: Matrix, truth: Matrix, train: Mask, test: Mask) -> Matrix:
    """Return, for each test row, the truth of its nearest training row (z-scored inputs)."""
    from scipy.spatial import cKDTree

    if not train.any() or not test.any():
        return np.full(int(test.sum()), np.nan)
    deviation = inputs[train].std(axis=0)
    scaled = (inputs - inputs[train].mean(axis=0)) / np.where(deviation > 0, deviation, 1.0)
    _, nearest = cKDTree(scaled[train]).query(scaled[test], workers=1)
    copied: Matrix = truth[train][nearest]
    return copied


def enough(folds: Codes, least: int) -> bool:
    """Say whether tracks of these folds are at least `least` to test on, and of three folds to learn from."""
    is_test = folds == TEST_FOLD
    return int(is_test.sum()) >= least and len(set(folds[~is_test])) >= 3


def shared_across_folds(tracks: pd.DataFrame, folds: Sequence[int] | Codes) -> dict[str, int]:
    """Count artists, recordings and names that stand in more than one fold; all are 0 in a sound split."""
    audio, name, artist = _keys(tracks)
    fold = pd.Series(np.asarray(folds), index=tracks.index)
    keys = {"artists": artist, "recordings": audio, "names": name}
    return {what: int((fold.groupby(key).nunique() > 1).sum()) for what, key in keys.items()}
