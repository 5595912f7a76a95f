"""Scrobbles of every form: the same plays, times as each source means them, nothing twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from spotiflow.core.errors import InputError, NotFoundError, UsageError
from spotiflow.core.settings import Settings
from spotiflow.ingest.files.inputs import InputKind, identify
from spotiflow.ingest.history.receipts import render
from spotiflow.ingest.history.results import HistoryReceipt
from spotiflow.ingest.scrobbles import import_scrobbles
from tests.ingest import builders as b
from tests.ingest import scrobble_builders as s
from tests.ingest.conftest import Rows

Query = Callable[..., Rows]
TakeIn = Callable[..., HistoryReceipt]
TRACKS = [s.lastfm_track(n) for n in range(3)]
FORMS: dict[str, tuple[str, Any]] = {
    "ghan": ("recenttracks-anna-1.csv", s.ghan([s.ghan_row(n) for n in range(3)])),
    "ghan with BOM": ("x.csv", b"\xef\xbb\xbf" + s.ghan([s.ghan_row(n) for n in range(3)])),
    "ghan in UTF-16": ("x.csv", s.ghan([s.ghan_row(n) for n in range(3)]).decode().encode("utf-16")),
    "benjaminbenben": ("anna.csv", s.bare([s.bare_row(n) for n in range(3)])),
    "pages": ("x.json", [{"track": TRACKS[:2]}, {"track": TRACKS[2:]}]),
    "pages of the api": ("x.json", [{"recenttracks": {"track": TRACKS, "@attr": {"user": "anna"}}}]),
    "one answer": ("x.json", json.dumps({"recenttracks": {"track": TRACKS}}, indent=1).encode()),
    "one track without a list": ("x.json", [{"track": track} for track in TRACKS]),
    "lists of lists": ("x.json", [TRACKS[:1], TRACKS[1:]]),
    "tracks": ("x.json", TRACKS),
    "artist by name": ("x.json", [t | {"artist": {"name": t["artist"]["#text"]}} for t in TRACKS]),
    "listens": ("x.jsonl", s.lines([s.listen(n) for n in range(3)])),
    "array of listens": ("anna_lb-2023-01-02.json", [s.listen(n) for n in range(3)]),
    "answer with listens": ("x.json", {"payload": {"listens": [s.listen(n) for n in range(3)]}}),
}


@pytest.fixture
def take_in(settings: Settings, tmp_path: Path) -> TakeIn:
    def run(name: str, content: Any) -> HistoryReceipt:
        given = json.dumps(content).encode() if isinstance(content, dict) else content
        path = b.write(tmp_path / "given" / name, given)
        assert identify(path) is InputKind.SCROBBLES
        receipt = import_scrobbles(settings, [path])
        assert receipt.total.adds_up
        assert receipt.is_complete, receipt.problems
        return receipt

    return run


def moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC).replace(tzinfo=None)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_holds_the_same_plays(take_in: TakeIn, query: Query, form: str) -> None:
    receipt = take_in(*FORMS[form])
    assert (receipt.total.kept, receipt.total.read) == (3, 3)
    rows = query(
        """select artist_name, album_name, track_name, played_at, started_at, ended_at, ms_played,
        ended_at_precision, content_type, source from raw.listening_history order by played_at"""
    )
    is_coarse = form == "benjaminbenben"
    source = "listenbrainz" if "listens" in form else "lastfm"
    for number, row in enumerate(rows):
        at = moment(s.began(number)).replace(second=0) if is_coarse else moment(s.began(number))
        expected = (
            *s.names(number),
            at,
            at,
            None,
            None,
            "minute" if is_coarse else "second",
            "track",
            source,
        )
        assert row == expected
    again = take_in(*FORMS[form])
    assert (again.total.kept, again.total.known) == (0, 3)


def test_listens_fetched_from_spotify_have_their_end_and_their_id(take_in: TakeIn, query: Query) -> None:
    other_client = s.spotify_listen(7, listening_from="web")
    other_client["track_metadata"]["additional_info"]["submission_client"] = "Web Scrobbler"
    take_in("x.jsonl", s.lines([s.spotify_listen(4), s.spotify_listen(5), other_client]))
    rows = query(
        """select track_id, content_uri, artist_name, ended_at, ended_at - started_at, started_at_source,
        duration_ms from raw.listening_history order by played_at"""
    )
    end = moment(b.FIRST_SECOND + 800)
    first = (f"{4:022d}", b.track_uri(4), "Band 4", end, timedelta(seconds=180), "duration", 180_000)
    assert rows[0] == first
    assert [row[3] for row in rows] == [end, end + timedelta(seconds=200), None]


def test_a_zip_of_listenbrainz(take_in: TakeIn, query: Query, tmp_path: Path) -> None:
    members = {
        "listens/2023/1.jsonl": s.lines([s.listen(1), s.listen(2)]),
        "listens/2023/2.jsonl": s.lines([s.listen(3), s.listen(1)]),
        "feedback.jsonl": s.lines([s.FEEDBACK]),
        "user.json": b'{"user_id": 1}',
    }
    receipt = take_in("listenbrainz_anna.zip", b.write_zip(tmp_path / "z", members).read_bytes())
    assert (receipt.total.kept, receipt.total.known) == (3, 1)
    assert receipt.packages[0].not_read == {"other JSON": 2}
    assert query("select file_name, kind, status, rows_kept from raw.ingest_files order by 1") == [
        ("feedback.jsonl", "other JSON", "not_read", 0),
        ("listens/2023/1.jsonl", "listenbrainz", "ok", 2),
        ("listens/2023/2.jsonl", "listenbrainz", "ok", 1),
        ("user.json", "other JSON", "not_read", 0),
    ]


def test_rows_that_are_no_plays_are_kept_with_their_reason(take_in: TakeIn, query: Query) -> None:
    now = s.lastfm_track(1, **{"@attr": {"nowplaying": "true"}})
    del now["date"]
    odd = [
        now,
        s.lastfm_track(2, date={"uts": "0"}),
        s.lastfm_track(3, date={"uts": "soon"}),
        s.lastfm_track(4, date={}),
        s.lastfm_track(5, name=" "),
        s.lastfm_track(6, date={"uts": "99999999999"}),
    ]
    receipt = take_in("x.json", [{"track": [s.lastfm_track(0), *odd]}, {"track": [7]}])
    assert receipt.total.rejected == 7
    assert query("select row_number, reason from raw.rejected_rows order by 1") == [
        (2, "still playing when it was saved"),
        (3, "time before 2002 or in the future"),
        (4, "time is no date"),
        (5, "no time"),
        (6, "no title"),
        (7, "time before 2002 or in the future"),
        (8, "no record of a scrobble"),
    ]
    assert "Band 2" in query("select record from raw.rejected_rows where row_number = 3")[0][0]


def test_rows_of_a_csv_that_are_no_plays(take_in: TakeIn, query: Query) -> None:
    rows = [s.bare_row(0), "Band,Record,Song", "Band,Record,One, Two,01 Jan 2023 10:00", "", s.bare_row(1)]
    receipt = take_in("x.csv", s.bare(rows))
    assert (receipt.total.kept, receipt.total.rejected) == (2, 2)
    assert query("select row_number, reason from raw.rejected_rows order by 1") == [
        (2, "no time"),
        (3, "more cells than columns"),
    ]
    take_in("y.csv", s.ghan([s.ghan_row(9, uts="", track='So ""quoted"", with\nline')]))
    assert query(
        "select track_name, ended_at_precision from raw.listening_history where track_name not like 'Song%'"
    ) == [('So "quoted", with line', "minute")]


def test_damaged_files_keep_what_is_complete(settings: Settings, tmp_path: Path) -> None:
    whole = json.dumps([{"track": TRACKS}]).encode()
    cut = b.write(tmp_path / "cut.json", whole[: whole.rindex(b'"date"')])
    receipt = import_scrobbles(settings, [cut])
    assert receipt.total.kept == 2
    assert not receipt.is_complete
    latin = s.ghan([s.ghan_row(3, artist="Bj\u00f6rn")]).decode().encode("latin-1")
    receipt = import_scrobbles(settings, [b.write(tmp_path / "latin.csv", latin)])
    assert (receipt.total.kept, receipt.files[0].note) == (1, "read as Windows-1252")
    hopeless = b.write(tmp_path / "x.jsonl", s.lines([s.listen(1)])[:-9])
    with pytest.raises(InputError, match="first complete record"):
        import_scrobbles(settings, [hopeless])
    assert not list(settings.temp_dir.iterdir())


def test_nothing_private_is_stored(take_in: TakeIn, settings: Settings) -> None:
    broken = s.listen(2) | {"listened_at": None}
    take_in("x.jsonl", s.lines([s.listen(1), broken]))
    assert b"the_user_name" not in settings.database_path.read_bytes()


def test_wrong_paths_and_listeners(settings: Settings, tmp_path: Path) -> None:
    export = b.write(tmp_path / "endsong_0.json", [b.play(0)])
    with pytest.raises(InputError, match="expected scrobbles of Last") as caught:
        import_scrobbles(settings, [export])
    assert "ingest export" in caught.value.hint
    with pytest.raises(UsageError):
        import_scrobbles(settings, [])
    good = b.write(tmp_path / "x.csv", FORMS["ghan"][1])
    with pytest.raises(NotFoundError):
        import_scrobbles(settings, [good], listener_id="nobody")


def test_the_receipt(take_in: TakeIn) -> None:
    receipt = take_in(*FORMS["ghan"])
    console = Console(width=100)
    with console.capture() as capture:
        console.print(render(receipt))
    text = capture.get()
    assert "Last.fm (CSV), 1 file" in text
    assert "3 = 3" in text
    assert json.loads(json.dumps(receipt.to_dict()))["total"]["kept"] == 3


def test_of_two_copies_of_a_scrobble_the_first_source_counts(take_in: TakeIn, query: Query) -> None:
    take_in("x.jsonl", s.lines([s.listen(1)]))
    take_in("x.csv", s.ghan([s.ghan_row(1)]))
    assert query("select source from raw.listening_history") == [("lastfm",)]
