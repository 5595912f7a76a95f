"""The simulated world of music: genres, artists, albums and tracks, of which a part is in the catalogue.

Tracks lie sorted by genre, artist and album, as `World` wants them.
"""

from dataclasses import dataclass

import numpy as np

from spotiflow.simulate import names
from spotiflow.simulate.features import (
    ENERGY,
    VALENCE,
    Ints,
    draw_sound,
)
from spotiflow.simulate.genres import GENRES
from spotiflow.simulate.world import Flags, World

# Half of a real person's tracks are in no catalogue, some by known artists, some by unknown ones
# (docs/evidence.md 3: first artist known for 40-81 %).
_HIDDEN_PER_ROW = 0.95
_UNKNOWN_ARTIST_SHARE = 0.25
# 89,740 tracks by 17,639 first artists (docs/evidence.md 2): five each, most with fewer.
_TRACKS_PER_ARTIST = 5.0
_NEW_ALBUM_SHARE = 0.2
# A quarter of real rows names more than one artist.
_GUEST_SHARE = 0.25
# Same audio again under another id: 83,478 fingerprints of 89,740 ids (docs/evidence.md 2).
_TWIN_SHARE = 0.05
# Rows that repeat a track of a near genre; real: 114,000 rows for 89,740 ids.
_SHARED_SHARE = 0.12
_ZERO_POPULARITY_SHARE = 0.1
# Of the catalogue's tracks, those which people play from another release (another id).
_OTHER_RELEASE_SHARE = 0.2
_SILENT_PER_GENRE = 2


@dataclass(frozen=True)
class Catalogue:
    """Rows of the published catalogue: a track of the world, the id and album it appears under, a genre."""

    track: Ints
    track_id: list[str]
    album_name: list[str]
    genre: Ints
    is_silent: Flags
    nameless_row: int


def _artists(rng: np.random.Generator, per_genre: int) -> tuple[Ints, Ints]:
    """Return the genre and the artist of every track: a few big artists, many small ones."""
    genre = np.repeat(np.arange(len(GENRES)), per_genre)
    # Pareto sizes with the wanted mean; the cut at the genre's end shortens only its last artist.
    sizes = np.minimum(1 + rng.pareto(1.6, size=len(genre)) * (_TRACKS_PER_ARTIST - 1) * 0.6, 60)
    starts = np.zeros(len(genre), dtype=bool)
    ends = np.cumsum(np.ceil(sizes)).astype(np.int64)
    starts[ends[ends < len(genre)]] = True
    starts[np.arange(0, len(genre), per_genre)] = True
    return genre, np.cumsum(starts) - 1


def _albums(rng: np.random.Generator, artist: Ints) -> Ints:
    """Return the album of every track: a new one at each artist and now and then between."""
    starts = rng.random(len(artist)) < _NEW_ALBUM_SHARE
    starts[0] = True
    starts[1:] |= artist[1:] != artist[:-1]
    return np.asarray(np.cumsum(starts) - 1, dtype=np.int64)


def _published(rng: np.random.Generator, genre: Ints, artist: Ints, per_genre: int) -> Flags:
    """Choose the tracks of the catalogue: `per_genre` in each genre, none by an unknown artist."""
    unknown = rng.random(int(artist.max()) + 1) < _UNKNOWN_ARTIST_SHARE
    order = rng.random(len(genre)) + unknown[artist]
    chosen = np.zeros(len(genre), dtype=bool)
    for one in range(len(GENRES)):
        tracks = np.flatnonzero(genre == one)
        chosen[tracks[np.argsort(order[tracks])[:per_genre]]] = True
    return chosen


def _popularity(rng: np.random.Generator, genre: Ints, artist: Ints) -> Ints:
    """Draw popularity 0..100: the artist's fame, the track's luck, a tenth of zeros."""
    centre = np.array([g.popularity for g in GENRES])[genre]
    fame = rng.normal(0, 12, int(artist.max()) + 1)[artist]
    drawn = np.clip(np.round(centre + fame + rng.normal(0, 9, len(genre))), 0, 100).astype(np.int64)
    drawn[rng.random(len(genre)) < _ZERO_POPULARITY_SHARE] = 0
    return drawn


def _credits(rng: np.random.Generator, artist: Ints, genre: Ints, artist_names: list[str]) -> list[str]:
    """Name a track's artists as the catalogue does: joined by `;`, the first one its own."""
    guest = rng.integers(0, len(artist), len(artist))
    # A guest comes from the same genre: an index within the genre's own slice.
    per_genre = len(artist) // len(GENRES)
    guest = artist[genre * per_genre + guest % per_genre]
    has_guest = (rng.random(len(artist)) < _GUEST_SHARE) & (guest != artist)
    return [
        f"{artist_names[a]};{artist_names[g]}" if both else artist_names[a]
        for a, g, both in zip(artist.tolist(), guest.tolist(), has_guest.tolist(), strict=True)
    ]


def _durations(rng: np.random.Generator, genre: Ints) -> Ints:
    """Draw lengths in ms around the genre's, never under a minute."""
    seconds = np.array([g.seconds for g in GENRES])[genre]
    drawn = seconds * 1000 * np.exp(rng.normal(0, 0.28, len(genre)))
    return np.asarray(np.maximum(drawn, 60_000), dtype=np.int64)


def make_world(rng: np.random.Generator, *, rows_per_genre: int = 400) -> World:
    """Draw a world whose catalogue has `rows_per_genre` rows for each of the genres."""
    per_genre = int(rows_per_genre * (1 + _HIDDEN_PER_ROW))
    genre, artist = _artists(rng, per_genre)
    album = _albums(rng, artist)
    sound = draw_sound(rng, genre, artist, album)
    artist_names = names.artists(rng, int(artist.max()) + 1)
    bright, loud = sound.audio[:, VALENCE] > 0.47, sound.audio[:, ENERGY] > 0.62
    album_names = names.albums(rng, int(album.max()) + 1)
    ids = names.spotify_ids(rng, 2 * len(genre))
    in_catalogue = _published(rng, genre, artist, _own_rows(rows_per_genre))
    other = rng.random(len(genre)) < _OTHER_RELEASE_SHARE
    return World(
        genres=tuple(one.name for one in GENRES),
        track_id=ids[: len(genre)],
        played_id=[ids[i + len(genre) * int(o)] for i, o in enumerate(other.tolist())],
        track_name=names.different(names.titles(rng, bright, loud), artist.tolist()),
        album_name=[album_names[i] for i in album.tolist()],
        artist_credit=_credits(rng, artist, genre, artist_names),
        artist_names=artist_names,
        artist=artist,
        genre=genre,
        popularity=_popularity(rng, genre, artist),
        duration_ms=_durations(rng, genre),
        sound=sound,
        in_catalogue=in_catalogue,
    )


def _twins(rows_per_genre: int) -> int:
    return round(rows_per_genre * _TWIN_SHARE)


def _shared(rows_per_genre: int) -> int:
    return round(rows_per_genre * _SHARED_SHARE)


def _own_rows(rows_per_genre: int) -> int:
    return rows_per_genre - _twins(rows_per_genre) - _shared(rows_per_genre)


def _near_genres(world: World) -> list[Ints]:
    """Return the two genres that sound most like each genre."""
    means = np.array([world.sound.audio[world.genre == g].mean(axis=0) for g in range(len(GENRES))])
    means = (means - means.mean(axis=0)) / means.std(axis=0)
    distance = ((means[:, None, :] - means[None, :, :]) ** 2).sum(axis=2)
    return [np.asarray(row, dtype=np.int64) for row in np.argsort(distance, axis=1)[:, 1:3]]


def publish(rng: np.random.Generator, world: World, *, rows_per_genre: int = 400) -> Catalogue:
    """Lay out the catalogue: each genre's own tracks, re-releases of some, tracks of the nearest genres."""
    own = [np.flatnonzero((world.genre == g) & world.in_catalogue) for g in range(len(GENRES))]
    near = _near_genres(world)
    tracks: list[Ints] = []
    twin: list[Flags] = []
    for mine, neighbours in zip(own, near, strict=True):
        twins = rng.choice(mine, _twins(rows_per_genre), replace=False)
        pool = np.concatenate([own[g] for g in neighbours])
        shared = rng.choice(pool, _shared(rows_per_genre), replace=False)
        order = rng.permutation(rows_per_genre)
        tracks.append(np.concatenate([mine, twins, shared])[order])
        twin.append(np.repeat([False, True, False], [len(mine), len(twins), len(shared)])[order])
    track, is_twin = np.concatenate(tracks), np.concatenate(twin)
    genre = np.repeat(np.arange(len(GENRES)), rows_per_genre)
    return Catalogue(
        track=track,
        track_id=_catalogue_ids(rng, world, track, is_twin),
        album_name=_catalogue_albums(world, track, is_twin),
        genre=genre,
        is_silent=_silent(rng, world, track, genre),
        nameless_row=int(rng.integers(0, len(track))),
    )


def _catalogue_ids(rng: np.random.Generator, world: World, track: Ints, is_twin: Flags) -> list[str]:
    """Return each row's id: a re-release has its own."""
    fresh = iter(names.spotify_ids(rng, int(is_twin.sum())))
    return [
        next(fresh) if twin else world.track_id[t]
        for t, twin in zip(track.tolist(), is_twin.tolist(), strict=True)
    ]


def _catalogue_albums(world: World, track: Ints, is_twin: Flags) -> list[str]:
    """Return each row's album: a re-release appears on the album's big edition."""
    return [
        f"{world.album_name[t]} (Deluxe Edition)" if twin else world.album_name[t]
        for t, twin in zip(track.tolist(), is_twin.tolist(), strict=True)
    ]


def _silent(rng: np.random.Generator, world: World, track: Ints, genre: Ints) -> Flags:
    """Mark a few rows without any beat: Spotify wrote zeros for their rhythm (157 in the real file)."""
    silent = np.zeros(len(track), dtype=bool)
    times_listed = np.bincount(track, minlength=len(world.track_name))
    for index, one in enumerate(GENRES):
        rows = np.flatnonzero((genre == index) & (times_listed[track] == 1))
        if one.may_be_silent:
            silent[rng.choice(rows, min(_SILENT_PER_GENRE, len(rows)), replace=False)] = True
    return silent
