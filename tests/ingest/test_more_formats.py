"""Files of other tools, of Excel and in other languages: read, with what they tell; or a sentence that helps."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from spotiflow.cli import app
from spotiflow.core.errors import InputError
from spotiflow.core.settings import Settings
from spotiflow.ingest.exports import import_exports
from spotiflow.ingest.features import import_features
from spotiflow.ingest.files.inputs import InputKind, identify, require
from spotiflow.ingest.history.receipts import render
from spotiflow.ingest.kaggle import load_kaggle
from spotiflow.ingest.scrobbles import import_scrobbles
from tests.ingest import builders as b
from tests.ingest.conftest import Rows

Query = Callable[..., Rows]
ID = "0000000000000000002701"
MOMENT = 1_700_000_000
SCROBBLE = [("Band A", "Song A", "Album", "2023-11-14 22:13:20", "second")]
STORED = """
select artist_name, track_name, album_name, started_at::varchar, ended_at_precision
from raw.listening_history order by played_at, track_name
"""
PANO = {"timeMs": MOMENT * 1000, "artist": "Band A", "track": "Song A", "album": "Album", "event": "scrobble"}
MALOJA_TRACK = {"artists": ["Band A"], "title": "Song A", "album": {"albumtitle": "Album"}, "length": 200}
STATS = {"track": "Song A", "artist": "Band A", "album": "Album", "albumId": "", "date": MOMENT * 1000}
LASTFM_DATA = {
    "timestamp": {"iso": "2023-11-14T22:13:20", "unixtimestamp": MOMENT},
    "track": {"name": "Song A", "artist": {"name": "Band A"}},
    "album": {"name": "Album"},
}
KOITO = {
    "listened_at": "2023-11-14T22:13:20Z",
    "track": {
        "duration": 200,
        "aliases": [{"alias": "Song", "is_primary": False}, {"alias": "Song A", "is_primary": True}],
    },
    "album": {"aliases": [{"alias": "Album"}]},
    "artists": [
        {"is_primary": False, "aliases": [{"alias": "Guest"}]},
        {"is_primary": True, "aliases": [{"alias": "Band A"}]},
    ],
}
LOG = "#AUDIOSCROBBLER/1.1\n#TZ/UTC\n#CLIENT/Player\nBand A\tAlbum\tSong A\t1\t200\tL\t1700000000\t\n"
SCROBBLES: dict[str, bytes] = {
    "lastfm-scraper, tabs": (
        f"Title\tArtist\tAlbum\tDate\tTimestamp\nSong A\tBand A\tAlbum\t14 Nov 2023, 22:13\t{MOMENT}\n"
    ).encode(),
    "Scrubbler": b"Band A,Album,Song A,14/11/2023 22:13:20 +00:00,,\n",
    "Scrubbler, another culture": b"Band A,Album,Song A,14.11.2023 22:13:20 +00:00,,\n",
    "Scrubbler, American": b"Band A,Album,Song A,11/14/2023 10:13:20 PM +00:00,,\n",
    "Scrubbler, a zone": b"Band A,Album,Song A,2023-11-15 00:13:20 +02:00,,\n",
    "Excel, semicolons": (
        f'\ufeffuts;utc_time;artist;album;track\n{MOMENT};"14 Nov 2023, 22:13";Band A;Album;Song A\n'
    ).encode(),
    "Excel, says how it separates": f"sep=;\r\nuts;artist;album;track\r\n{MOMENT};Band A;Album;Song A\r\n".encode(),
    "Excel, Unicode text": f"uts\tartist\talbum\ttrack\r\n{MOMENT}\tBand A\tAlbum\tSong A\r\n".encode(
        "utf-16"
    ),
    "libre.fm": f'Time,Artist,Track,Album\n{MOMENT},"Band A","Song A","Album"\n'.encode(),
    "lastfmstats.com": f"Artist;Album;AlbumId;Track;Date#someone\nBand A;Album;;Song A;{MOMENT}000\n".encode(),
    "German header": "Künstler;Titel;Album;Zeit\nBand A;Song A;Album;14.11.2023 22:13:20\n".encode(),
    "log of a player": LOG.encode(),
    "lastfmstats.com, JSON": json.dumps({"username": "someone", "scrobbles": [STATS]}).encode(),
    "Last.fm's own data": json.dumps([LASTFM_DATA]).encode(),
    "Pano Scrobbler": json.dumps(PANO).encode(),
    "Maloja": json.dumps({"maloja": {}, "scrobbles": [{"time": MOMENT, "track": MALOJA_TRACK}]}).encode(),
    "Koito": json.dumps({"version": "1", "listens": [KOITO]}).encode(),
    "two lists in a list": json.dumps([[PANO], []]).encode(),
}


@pytest.mark.parametrize("tool", SCROBBLES)
def test_scrobbles_of_other_tools(settings: Settings, tmp_path: Path, query: Query, tool: str) -> None:
    path = b.write(tmp_path / "scrobbles.txt", SCROBBLES[tool])
    assert identify(path) is InputKind.SCROBBLES
    assert import_scrobbles(settings, [path]).total.kept == 1
    assert query(STORED) == SCROBBLE


def test_what_a_player_skipped_and_other_events_are_no_scrobbles(settings: Settings, tmp_path: Path) -> None:
    log = b.write(
        tmp_path / ".scrobbler.log", (LOG + "Band A\tAlbum\tSong B\t2\t200\tS\t1700000300\t\n").encode()
    )
    loved = "\n".join(map(json.dumps, [PANO, PANO | {"event": "love", "track": "Song C"}]))
    pano = b.write(tmp_path / "pano.jsonl", loved.encode())
    receipt = import_scrobbles(settings, [log, pano])
    assert (receipt.total.kept, receipt.total.known) == (1, 1)
    assert dict(receipt.reasons) == {"skipped on the player": 1, "no scrobble but love": 1}


def test_the_file_tells_whether_day_or_month_comes_first(
    settings: Settings, tmp_path: Path, query: Query
) -> None:
    rows = ["Band A,Album,Early,03/02/2023 10:00:00,,", "Band A,Album,Late,03/25/2023 10:00:00,,", ""]
    import_scrobbles(settings, [b.write(tmp_path / "american.csv", "\n".join(rows).encode())])
    assert query("select track_name, started_at::date::varchar from raw.listening_history order by 2") == [
        ("Early", "2023-03-02"),
        ("Late", "2023-03-25"),
    ]


def test_names_as_windows_wrote_them(settings: Settings, tmp_path: Path, query: Query) -> None:
    table = f"uts;artist;album;track\n{MOMENT};Beyoncé;Album;Don\u2019t\n".encode("cp1252")
    import_scrobbles(settings, [b.write(tmp_path / "excel.csv", table)])
    assert query("select artist_name, track_name from raw.listening_history") == [("Beyoncé", "Don\u2019t")]


def test_files_of_one_name_are_told_apart_by_their_folders(settings: Settings, tmp_path: Path) -> None:
    for year in (2024, 2025):
        listen = {
            "listened_at": MOMENT + year,
            "track_metadata": {"artist_name": "B", "track_name": f"{year}"},
        }
        b.write(tmp_path / "listens" / str(year) / "3.jsonl", json.dumps(listen).encode())
    receipt = import_scrobbles(settings, [tmp_path / "listens"])
    console = Console(width=100)
    with console.capture() as capture:
        console.print(render(receipt, per_file=True))
    assert all(f"{year}/3.jsonl" in capture.get() for year in (2024, 2025))


SOUND = {"danceability": 0.318, "energy": 0.301, "valence": 0.128, "tempo": 159.957}
EXPORTIFY = f"spotify:track:{ID},Song,0.318,0.301,2,-14.69,1,0.0328,0.0409,0.0000127,0.103,0.128,159.957,4\n"
FEATURES: dict[str, bytes] = {
    "semicolons, decimal commas": (
        f"\ufeffTrack URI;Danceability;Energy;Valence;Tempo\nspotify:track:{ID};0,318;0,301;0,128;159,957\n"
    ).encode(),
    "tabs of Excel": (
        f"Track URI\tDanceability\tEnergy\tValence\tTempo\nspotify:track:{ID}\t0,318\t0,301\t0,128\t159,957\n"
    ).encode("utf-16"),
    "units": f"track_id,danceability,energy,valence,bpm\n{ID},.318,.301,.128,159.957 BPM\n".encode(),
    "German": (
        "Titel-URI,Titel,Tanzbarkeit,Energie,Key,Loudness,Mode,Speechiness,Acousticness,"
        "Instrumentalness,Liveness,Valence,Tempo,Time Signature\n" + EXPORTIFY
    ).encode(),
    "no known word": ("一,二,三,四,五,六,七,八,九,十,甲,乙,丙,丁\n" + EXPORTIFY).encode(),
    "not UTF-8": (
        f"Titel-URI,Künstler,danceability,energy,valence,tempo\nspotify:track:{ID},Bänd,0.318,0.301,0.128,159.957\n"
    ).encode("cp1252"),
}


@pytest.mark.parametrize("table", FEATURES)
def test_features_of_other_tables(settings: Settings, tmp_path: Path, query: Query, table: str) -> None:
    path = b.write(tmp_path / "table.csv", FEATURES[table])
    assert identify(path) is InputKind.FEATURES
    assert import_features(settings, [path]).total.new == 1
    assert query(f"select track_id, {', '.join(SOUND)} from raw.track_features") == [(ID, *SOUND.values())]


@pytest.mark.parametrize(
    ("key", "mode", "right"),
    [
        ("F#", "Minor", (6, 0)),
        ("Gb", "Dur", (6, 1)),
        ("B♭ minor", "", (10, 0)),
        ("8A", "", (9, 0)),
        ("8B", "", (0, 1)),
        ("C", "Major", (0, 1)),
        ("7", "1", (7, 1)),
        ("no key", "1", (None, 1)),
    ],
)
def test_a_key_in_words(
    settings: Settings, tmp_path: Path, query: Query, key: str, mode: str, right: tuple[Any, Any]
) -> None:
    table = f"track_id,energy,key,mode\n{ID},0.5,{key},{mode}\n"
    import_features(settings, [b.write(tmp_path / "words.csv", table.encode())])
    assert query("select key, mode from raw.track_features") == [right]


RECORDS = [b.play(number) for number in range(3)]
SHAPES: dict[str, Any] = {
    "lists in a list": [RECORDS[:2], RECORDS[2:]],
    "a list in an object": {"user": "someone", "streams": RECORDS},
    "milliseconds": [
        record | {"ts": int(b.FIRST_SECOND + 200 * n) * 1000} for n, record in enumerate(RECORDS)
    ],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_exports_that_went_through_a_tool(
    settings: Settings, tmp_path: Path, query: Query, shape: str
) -> None:
    path = b.write(tmp_path / "all.json", json.dumps(SHAPES[shape]).encode())
    assert identify(path) is InputKind.EXPORT
    assert import_exports(settings, [path]).total.kept == len(RECORDS)
    # As Spotify wrote them they are the same plays.
    plain = b.write(tmp_path / "endsong_0.json", json.dumps(RECORDS).encode())
    assert import_exports(settings, [plain]).total.known == len(RECORDS)


def test_a_cut_list_in_an_object_keeps_its_whole_records(settings: Settings, tmp_path: Path) -> None:
    whole = json.dumps(SHAPES["a list in an object"])
    receipt = import_exports(settings, [b.write(tmp_path / "all.json", whole[:-60].encode())])
    assert receipt.total.kept == len(RECORDS) - 1
    assert not receipt.is_complete


def test_a_catalogue_saved_by_excel(settings: Settings, tmp_path: Path, query: Query) -> None:
    header = "track_id;artists;track_name;duration_ms;danceability;energy;key;loudness;mode;speechiness;"
    header += "acousticness;instrumentalness;liveness;valence;tempo;time_signature;track_genre"
    row = f"{ID};Band A;Song;200000;0,5;0,6;1;-7,5;1;0,05;0,1;0,2;0,3;0,4;120,5;4;pop"
    load_kaggle(settings, b.write(tmp_path / "dataset.csv", f"{header}\n{row}\n".encode()))
    assert query("select energy, tempo, loudness from raw.kaggle_tracks") == [(0.6, 120.5, -7.5)]


USELESS = {
    "export": ("endsong_0.json", json.dumps([record | {"ts": "2999-01-01T00:00:00Z"} for record in RECORDS])),
    "scrobbles": ("old.csv", "uts,artist,album,track\n1,Band A,Album,Song A\n2,Band A,Album,Song B\n"),
    "features": ("words.csv", f"track_id,energy\n{ID},much\n{ID},little\n"),
}


@pytest.mark.parametrize("command", USELESS)
def test_a_file_of_which_nothing_is_kept_ends_with_exit_code_1(
    settings: Settings, tmp_path: Path, query: Query, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPOTIFLOW_HOME", str(settings.home))
    name, text = USELESS[command]
    path = b.write(tmp_path / name, text.encode())
    result = CliRunner().invoke(app, ["ingest", command, str(path)])
    assert result.exit_code == 1
    said = " ".join(result.output.split())
    assert "not one of its" in said
    assert ("clock" in said) == (command != "features")
    assert query("select status from raw.ingest_runs") == [("partial",)]
    assert query("select status from raw.ingest_files") == [("nothing kept",)]


@pytest.mark.parametrize(
    ("wanted", "hint"),
    [
        (InputKind.SCROBBLES, "Scrobbles have an artist, a track and a time as columns."),
        (
            InputKind.FEATURES,
            "A table of features has Spotify track ids (column track_id) and features such as energy.",
        ),
        (
            InputKind.KAGGLE,
            "The catalogue has track_id, artists, track_name and 12 audio features as columns.",
        ),
    ],
)
def test_a_wrong_table_is_told_what_was_found_and_what_the_command_wants(
    tmp_path: Path, wanted: InputKind, hint: str
) -> None:
    path = b.write(tmp_path / "bank.csv", b"Datum;Betrag\n2024-01-01;12,50\n")
    with pytest.raises(InputError) as caught:
        require(path, wanted)
    assert "with the columns Datum, Betrag, separated by semicolons; expected" in caught.value.message
    assert caught.value.hint == hint
