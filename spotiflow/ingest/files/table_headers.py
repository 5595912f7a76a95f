"""What the first rows of a table tell: how its cells are separated, and whether it is a catalogue, audio features
or scrobbles."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from spotiflow.core.audio import AUDIO_FEATURES

# A catalogue has all 12 as columns.
FEATURES = AUDIO_FEATURES
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
    "tanzbarkeit": "danceability",
    "energie": "energy",
    "énergie": "energy",
    "energía": "energy",
    "energia": "energy",
    "lautstärke": "loudness",
    "tonart": "key",
    "taktart": "time_signature",
    "source": "provider",
}
# Exportify's twelve columns of sound, in the order in which it writes them in every language.
_BY_PLACE = (
    *("danceability", "energy", "key", "loudness", "mode", "speechiness", "acousticness"),
    *("instrumentalness", "liveness", "valence", "tempo", "time_signature"),
)
_RANGE_BY_PLACE = {
    "key": (-1, 11),
    "loudness": (-70, 10),
    "mode": (0, 1),
    "tempo": (0, 300),
    "time_signature": (0, 7),
}
_TRACK = re.compile(
    r"spotify:track:[0-9A-Za-z]{22}|https?://open\.spotify\.com/(?:intl-[a-z-]+/)?track/[0-9A-Za-z]{22}"
)
# How tools that keep scrobbles call their columns, and what is in them.
SCROBBLE_COLUMNS = {
    **dict.fromkeys(
        ("artist", "artist_name", "artists", "artiste", "artista", "artiest", "künstler", "interpret"),
        "artist",
    ),
    **dict.fromkeys(("track", "track_name", "title", "song", "titel", "titre", "título", "titolo"), "track"),
    **dict.fromkeys(("album", "album_name", "release", "release_name", "álbum"), "album"),
    **dict.fromkeys(
        (
            "uts",
            "utc_time",
            "time",
            "date",
            "timestamp",
            "datetime",
            "listened_at",
            "scrobbled_at",
            "datum",
            "zeit",
        ),
        "time",
    ),
}
# Rows without a header: artist, album, track, time, and of some tools the album's artist and the length.
BARE_COLUMNS = ("artist", "album", "track", "time", "album_artist", "duration")
_TIME_CELL = 3
SCROBBLE_TIME = re.compile(
    r"(?:\d{1,2} [A-Z][a-z]{2,8} \d{4}|\d{1,4}[-./]\d{1,2}[-./]\d{1,4}),?[ T]\d{1,2}:\d{2}(?::\d{2})?(?: ?[AaPp][Mm])?"
    r"(?: ?(?:Z|[+-]\d{2}:?\d{2}))?"
)
# The log of a portable player says what it is in its first line.
PLAYER_LOG = "#AUDIOSCROBBLER/"
SEPARATORS = (",", ";", "\t", "|")
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?$", re.IGNORECASE)


@dataclass(frozen=True)
class Table:
    """The first rows of a CSV. skipped: lines before the header, such as the `sep=;` that Excel understands."""

    separator: str
    header: list[str]
    rows: list[list[str]]
    skipped: int = 0

    @property
    def names(self) -> list[str]:
        """The cells of the header in lower case."""
        return [cell.strip().lower() for cell in self.header]

    @property
    def uses_decimal_commas(self) -> bool:
        """Whether numbers may be written with a comma: only where the cells are separated by something else."""
        return self.separator != ","


def table_of(text: str, most_rows: int = 50) -> Table:
    """Read the first rows of a text as a table; the separator is the one that makes the most of its first line."""
    lines = text.lstrip("\ufeff \r\n").splitlines()[: most_rows + 2] or [""]
    told = _SEPARATOR_LINE.fullmatch(lines[0])
    skipped = 1 if told else 0
    lines = lines[skipped:] or [""]
    separator = told[1] if told else max(SEPARATORS, key=lambda char: len(_split(lines[0], char)))
    rows = [_split(line, separator) for line in lines]
    return Table(separator, rows[0], rows[1:], skipped)


def _split(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(line), delimiter=separator), [])
    except csv.Error:
        return []


def catalogue_columns(names: Sequence[str]) -> list[str]:
    """Return the columns of a header in our names, the index column as an empty one."""
    plain = [cell.strip().strip("\ufeff").lower() for cell in names]
    plain = ["" if name.startswith("unnamed:") else name for name in plain]
    return [CATALOGUE_SYNONYMS.get(name, name) for name in plain]


def missing_catalogue_columns(columns: list[str]) -> list[str]:
    """Return what a header lacks to be the catalogue: the 12 features and something to know a track by."""
    missing = [name for name in FEATURES if name not in columns]
    if "track_id" not in columns and not {"track_name", "artists"} <= set(columns):
        missing.append("track_id")
    return missing


def feature_columns(names: Sequence[str], rows: Sequence[Sequence[str]] = ()) -> list[str]:
    """Return the columns of a table of audio features in our names, whatever case, blanks or language they have.

    `rows` are a few of its rows: in a language that is not known ids are told by how they look, and Exportify's
    columns by their order and by what is in them.
    """
    plain = [re.sub(r"[\s_-]+", "_", name.strip().strip("\ufeff").lower()) for name in names]
    known = [FEATURE_FILE_SYNONYMS.get(name, name) for name in plain]
    whole = [row for row in rows if len(row) == len(known)]
    return _named_by_place(_with_ids(known, whole), whole)


def _with_ids(known: list[str], rows: list[Sequence[str]]) -> list[str]:
    if "track_id" in known or not rows:
        return known
    for place in range(len(known)):
        if all(_TRACK.match(row[place].strip()) for row in rows):
            return [*known[:place], "track_id", *known[place + 1 :]]
    return known


def _named_by_place(known: list[str], rows: list[Sequence[str]]) -> list[str]:
    """Name twelve columns that follow each other as Exportify's do, where not one of them is known as another."""
    for start in range(len(known) - len(_BY_PLACE) + 1 if rows else 0):
        places = list(zip(range(start, start + len(_BY_PLACE)), _BY_PLACE, strict=True))
        are_free = all(known[n] == name or known[n] not in (*FEATURES, "track_id") for n, name in places)
        if are_free and all(_fits(name, row[n]) for row in rows for n, name in places):
            return [*known[:start], *_BY_PLACE, *known[start + len(_BY_PLACE) :]]
    return known


def _fits(name: str, cell: str) -> bool:
    low, high = _RANGE_BY_PLACE.get(name, (0, 1))
    try:
        return not cell.strip() or low <= float(cell.replace(",", ".")) <= high
    except ValueError:
        return False


def has_features(columns: list[str]) -> bool:
    """Whether a table has track ids and at least one audio feature; `columns` in our names."""
    return "track_id" in columns and any(name in columns for name in FEATURES)


def is_catalogue(names: Sequence[str]) -> bool:
    """Whether a header is that of the catalogue. Features of tracks without any name are a person's own table."""
    columns = catalogue_columns(names)
    has_names = bool({"track_name", "artists", "track_genre"} & set(columns))
    return has_names and "provider" not in columns and not missing_catalogue_columns(columns)


def scrobble_columns(names: Sequence[str]) -> list[str]:
    """Return the columns of a table of scrobbles in our names; lastfmstats.com adds the user behind a #."""
    plain = [name.strip().strip("\ufeff").lower().partition("#")[0].replace(" ", "_") for name in names]
    return [SCROBBLE_COLUMNS.get(name, name) for name in plain]


def is_scrobble_header(names: Sequence[str]) -> bool:
    """Whether a header names an artist, a track and a time, and no audio features."""
    columns = scrobble_columns(names)
    return {"artist", "track", "time"} <= set(columns) and not has_features(feature_columns(names))


def is_scrobble_row(cells: Sequence[str]) -> bool:
    """Whether a row without a header is a scrobble: artist, album, track and a time."""
    time = cells[_TIME_CELL].strip() if _TIME_CELL < len(cells) <= len(BARE_COLUMNS) else ""
    return bool(SCROBBLE_TIME.fullmatch(time))
