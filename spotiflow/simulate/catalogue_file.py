"""Write a catalogue as the "Spotify Tracks Dataset" of Kaggle has it: same header, order and spelling."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from spotiflow.simulate.catalogue import Catalogue
from spotiflow.simulate.features import as_columns
from spotiflow.simulate.genres import GENRES
from spotiflow.simulate.world import World

# The first cell is empty: a row index that was written without a name.
HEADER = (
    "",
    "track_id",
    "artists",
    "album_name",
    "track_name",
    "popularity",
    "duration_ms",
    "explicit",
    "danceability",
    "energy",
    "key",
    "loudness",
    "mode",
    "speechiness",
    "acousticness",
    "instrumentalness",
    "liveness",
    "valence",
    "tempo",
    "time_signature",
    "track_genre",
)
# What Spotify writes for a track in which it hears no beat.
_SILENT: dict[str, Any] = {
    "danceability": 0.0,
    "speechiness": 0.0,
    "valence": 0.0,
    "tempo": 0.0,
    "time_signature": 0,
}
# The one row without names that the real file has keeps its features and loses the rest.
_NAMELESS: dict[str, Any] = {
    "artists": "",
    "album_name": "",
    "track_name": "",
    "popularity": 0,
    "duration_ms": 0,
}


def _columns(world: World, catalogue: Catalogue) -> dict[str, list[Any]]:
    """Return the 21 columns by name."""
    rows, tracks = catalogue.track, catalogue.track.tolist()
    columns: dict[str, list[Any]] = {
        "": list(range(len(tracks))),
        "track_id": catalogue.track_id,
        "artists": [world.artist_credit[t] for t in tracks],
        "album_name": catalogue.album_name,
        "track_name": [world.track_name[t] for t in tracks],
        "popularity": world.popularity[rows].tolist(),
        "duration_ms": world.duration_ms[rows].tolist(),
        "explicit": world.sound.explicit[rows].tolist(),
        "track_genre": [GENRES[g].name for g in catalogue.genre.tolist()],
    }
    return columns | as_columns(world.sound, rows)


def _rows(world: World, catalogue: Catalogue) -> Iterator[tuple[Any, ...]]:
    """Yield the rows in the order of the header."""
    columns = _columns(world, catalogue)
    silent = catalogue.is_silent.nonzero()[0].tolist()
    for row, changes in [*((row, _SILENT) for row in silent), (catalogue.nameless_row, _NAMELESS)]:
        for name, value in changes.items():
            columns[name][row] = value
    yield from zip(*(columns[name] for name in HEADER), strict=True)


def write_catalogue(path: Path, world: World, catalogue: Catalogue) -> int:
    """Write the CSV (UTF-8, `\\n`, quotes only where needed) and return its number of rows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(_rows(world, catalogue))
    return len(catalogue.track)
