"""What the header of a table tells: a catalogue, audio features, or scrobbles."""

from __future__ import annotations

import csv
import io
import re

# The 12 audio features of Spotify; a catalogue has all of them as columns.
FEATURES = (
    "danceability",
    "energy",
    "valence",
    "acousticness",
    "instrumentalness",
    "speechiness",
    "liveness",
    "loudness",
    "tempo",
    "time_signature",
    "key",
    "mode",
)
# Column names other copies of the catalogue use.
CATALOGUE_SYNONYMS = {
    "artist": "artists",
    "artist_name": "artists",
    "name": "track_name",
    "song_name": "track_name",
    "album": "album_name",
    "duration": "duration_ms",
    "duration_in_ms": "duration_ms",
    "genre": "track_genre",
    "genres": "track_genre",
    "id": "track_id",
}
# Exportify writes "Track URI" and "Time Signature"; others have their own names for the same.
FEATURE_FILE_SYNONYMS = {
    "id": "track_id",
    "uri": "track_id",
    "track_uri": "track_id",
    "spotify_id": "track_id",
    "spotify_uri": "track_id",
    "spotify_track_id": "track_id",
    "spotify_track_uri": "track_id",
    "bpm": "tempo",
    "source": "provider",
}
# The header lastfm.ghan.nl writes.
LASTFM_COLUMNS = frozenset({"uts", "artist", "track"})
# Rows as the exporter of benjaminbenben writes them, without a header: artist, album, track, time.
SCROBBLE_CELLS = 4
SCROBBLE_TIME = re.compile(r"\d{1,2} [A-Z][a-z]{2} \d{4},? \d{2}:\d{2}")


def cells_of(line: str) -> list[str]:
    """Return the cells of one line of a CSV."""
    return next(csv.reader(io.StringIO(line)), [])


def catalogue_columns(header: str) -> list[str]:
    """Return the columns of a CSV header in our names, the index column as an empty one."""
    names = [cell.strip().strip("\ufeff").lower() for cell in cells_of(header)]
    names = ["" if name.startswith("unnamed:") else name for name in names]
    return [CATALOGUE_SYNONYMS.get(name, name) for name in names]


def missing_catalogue_columns(columns: list[str]) -> list[str]:
    """Return what a header lacks to be the catalogue: the 12 features and something to know a track by."""
    missing = [name for name in FEATURES if name not in columns]
    if "track_id" not in columns and not {"track_name", "artists"} <= set(columns):
        missing.append("track_id")
    return missing


def feature_columns(names: list[str]) -> list[str]:
    """Return the columns of a table of audio features in our names, whatever case and blanks they have."""
    plain = [re.sub(r"[\s_-]+", "_", name.strip().strip("\ufeff").lower()) for name in names]
    return [FEATURE_FILE_SYNONYMS.get(name, name) for name in plain]


def has_features(columns: list[str]) -> bool:
    """Whether a table has track ids and at least one audio feature; `columns` in our names."""
    return "track_id" in columns and any(name in columns for name in FEATURES)


def is_catalogue(header: str) -> bool:
    """Whether a CSV is the catalogue. Features of tracks without any name are a person's own table."""
    columns = catalogue_columns(header)
    has_names = bool({"track_name", "artists", "track_genre"} & set(columns))
    return has_names and "provider" not in columns and not missing_catalogue_columns(columns)


def is_scrobble_header(header: str) -> bool:
    """Whether a CSV starts like that of lastfm.ghan.nl."""
    return {cell.strip().strip("\ufeff").lower() for cell in cells_of(header)} >= LASTFM_COLUMNS


def is_scrobble_row(line: str) -> bool:
    """Whether a line is a scrobble as the exporter of benjaminbenben writes it."""
    cells = cells_of(line)
    return len(cells) == SCROBBLE_CELLS and bool(SCROBBLE_TIME.fullmatch(cells[-1].strip()))
