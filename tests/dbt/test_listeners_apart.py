"""What is said of one listener does not hang on who else is in the file."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from spotiflow.core.settings import Settings
from spotiflow.ingest.exports import import_exports
from spotiflow.ingest.kaggle import load_kaggle
from spotiflow.ingest.listeners import add_listener
from spotiflow.ingest.scrobbles import import_scrobbles
from spotiflow.people.forget import forget_listener
from spotiflow.transform.runner import build
from spotiflow.warehouse.database import open_warehouse
from tests.ingest import builders as b
from tests.ingest import scrobble_builders as s

# Tables and a column of the household: they compare listeners.
OF_ALL = {"gold.household_overlap", "silver.shared_artists", "household_track_id"}
SONGS = 60


def _export(path: Path, seed: int, *, other_ids: bool) -> Path:
    """Plays of the songs; `other_ids`: every third under a lower id, later, by other spellings and lengths."""
    draw, records = random.Random(seed), []
    second = b.FIRST_SECOND + 90 * 86_400 * other_ids
    for _ in range(600):
        song = draw.randrange(SONGS)
        moved = other_ids and song % 3 == 0
        second += draw.choice([200, 210, 4_000, 30_000])
        names = {
            "master_metadata_track_name": f"{'SONG' if other_ids else 'Song'} {song}",
            "master_metadata_album_artist_name": f"Band {song % 7}",
            "spotify_track_uri": b.track_uri(song + (0 if moved else 500)),
            "ts": b.utc(second),
            "ms_played": 180_000 + 1_000 * (song % 5) + (400 if other_ids else 0),
            "reason_end": "trackdone",
            "offline_timestamp": None,
        }
        records.append(b.play_2025(song) | names)
    return b.write(path / "Streaming_History_Audio_2023.json", records)


def _scrobbles(path: Path, first: int) -> Path:
    """Plays that were told by names only."""
    rows = [
        s.ghan_row(n, uts=str(b.FIRST_SECOND + first + 9_000 * n), artist=f"Band {n % 7}", track=f"Song {n}")
        for n in range(SONGS + 5)
    ]
    return b.write(path / "recenttracks.csv", s.ghan(rows))


def _join(settings: Settings, name: str, folder: Path, seed: int, *, other_ids: bool) -> None:
    listener = add_listener(settings, name, time_zone="Europe/Berlin").listener_id
    export = _export(folder / name, seed, other_ids=other_ids)
    import_exports(settings, [export], listener_id=listener)
    import_scrobbles(settings, [_scrobbles(folder / name, 400 * 86_400)], listener_id=listener)


def _rows(settings: Settings, listener: str) -> dict[str, list[str]]:
    """Every row of silver and gold that names the listener, as text; doubles to twelve places, because the last
    bits of a sum hang on the order of its rows.
    """
    with open_warehouse(settings, read_only=True) as db:
        tables = db.execute(
            """select schema_name || '.' || table_name, bool_or(column_name = 'listener_id'),
                string_agg(if(data_type = 'DOUBLE', format('round("{0}", 12) as "{0}"', column_name),
                    format('"{0}"', column_name)), ', ')
            from duckdb_columns() where schema_name in ('silver', 'gold') and column_name not in (select unnest(?))
            group by 1 order by 1""",
            [list(OF_ALL)],
        ).fetchall()
        return {
            table: sorted(
                str(row)
                for row in db.execute(
                    f"select {columns} from {table} where listener_id = ?", [listener]
                ).fetchall()
            )
            for table, has_listener, columns in tables
            if has_listener and table not in OF_ALL
        }


def _told_apart(before: dict[str, list[str]], after: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    """The tables whose rows differ, with the first of what is gone and what is new."""
    return {
        table: (*sorted(set(rows) - set(after[table]))[:1], *sorted(set(after[table]) - set(rows))[:1])
        for table, rows in before.items()
        if rows != after[table]
    }


@pytest.mark.long
def test_nothing_of_a_listener_changes_when_another_comes_and_goes(
    settings: Settings, tmp_path: Path
) -> None:
    # The catalogue has every second song, under an id of its own and by both listeners' names.
    rows = [
        b.catalogue_row(
            n,
            track_id=f"{n:022d}"[:22],
            artists=f"Band {n % 7}",
            track_name=f"Song {n}",
            duration_ms="180500",
        )
        for n in range(0, SONGS, 2)
    ]
    load_kaggle(settings, b.write(tmp_path / "dataset.csv", b.catalogue(rows)))
    _join(settings, "ann", tmp_path, 1, other_ids=False)
    build(settings)
    alone = _rows(settings, "ann")
    assert len(alone["silver.plays"]) > 500
    assert len(alone["gold.top_tracks"]) > 100
    _join(settings, "bo", tmp_path, 2, other_ids=True)
    build(settings)
    beside = _rows(settings, "ann")
    assert _told_apart(alone, beside) == {}
    with open_warehouse(settings, read_only=True) as db:
        shared = db.execute("select max(shared_tracks) from gold.household_overlap").fetchone()
    assert shared is not None
    assert shared[0] >= SONGS * 0.9
    forget_listener(settings, "bo")
    build(settings)
    assert _told_apart(alone, _rows(settings, "ann")) == {}
