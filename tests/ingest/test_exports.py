"""Imports of every generation: what is kept, what it becomes, and that the counts add up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from spotiflow.core.errors import InputError, NotFoundError
from spotiflow.core.settings import Settings
from spotiflow.ingest.exports import import_exports
from spotiflow.ingest.history.results import HistoryReceipt
from spotiflow.ingest.listeners import add_listener
from tests.ingest import builders as b
from tests.ingest.conftest import Rows
from tests.paths import real_account_export

Query = Callable[..., Rows]
TakeIn = Callable[..., HistoryReceipt]

GENERATIONS: dict[str, tuple[str, list[b.Record], str]] = {
    "2021": ("endsong_0.json", [b.play_2021(0), b.play_2021(1)], "2021 form"),
    "2022": ("endsong_0.json", [b.play_2022(0), b.play_2022(1)], "2022 form"),
    "2024-11": ("Streaming_History_Audio_2023_0.json", [b.play(0), b.play(1)], "2024-11 form"),
    "2025": ("Streaming_History_Audio_2023.json", [b.play_2025(0), b.play_2025(1)], "2025 form"),
    "account 2022": ("StreamingHistory0.json", [b.account_play(0), b.account_play(1)], "music"),
    "account 2024": ("StreamingHistory_music_0.json", [b.account_play(0), b.account_play(1)], "music"),
    "other name": ("my plays.txt", [b.play(0), b.play(1)], "2024-11 form"),
}


@pytest.mark.parametrize("generation", GENERATIONS)
def test_every_generation_is_read(take_in: TakeIn, query: Query, generation: str) -> None:
    name, records, form = GENERATIONS[generation]
    receipt = take_in({name: records})
    assert (receipt.total.read, receipt.total.kept) == (2, 2)
    assert receipt.files[0].form == form
    rows = query("select track_name, artist_name, ms_played, ended_at from raw.listening_history order by 4")
    start = datetime(2023, 1, 1)
    step = timedelta(seconds=200 if form != "music" else 180)
    assert rows == [("Song 0", "Band 0", 180_000, start), ("Song 1", "Band 1", 180_001, start + step)]


def test_private_fields_never_reach_the_file(take_in: TakeIn, query: Query, settings: Settings) -> None:
    broken = b.play_2021(3, ts=None, username={"nested": b.PRIVATE_VALUES[2]})
    take_in({"endsong_0.json": [b.play_2021(0), b.play_2022(1), b.play(2), broken, [b.play(9)]]})
    stored = settings.database_path.read_bytes()
    assert not [value for value in b.PRIVATE_VALUES if value.encode() in stored]
    records = query("select row_number, reason, record from raw.rejected_rows order by 1")
    assert [row[:2] for row in records] == [(4, "no end time"), (5, "no record of a stream")]
    assert '"master_metadata_track_name":"Song 3"' in records[0][2]
    assert records[1][2] is None


def test_a_whole_package_keeps_music_apart_from_the_rest(
    settings: Settings, query: Query, tmp_path: Path
) -> None:
    receipt = import_exports(settings, [b.extended_package(tmp_path / "my_spotify_data.zip")])
    total = receipt.total
    assert total.adds_up
    assert (total.read, total.kept, total.known, total.rejected) == (30, 23, 1, 2)
    assert (total.podcast, total.audiobook, total.video) == (2, 1, 1)
    assert receipt.packages[0].not_read == {"PDF": 1, "macOS side file": 1}
    assert receipt.summed("known_twice") == 1
    assert receipt.summed("plays") == 22
    assert receipt.summed("private") == 1
    assert receipt.reasons == {"no end time": 1, "negative ms_played": 1}
    kinds = query("select content_type, count(*) from raw.listening_history group by all order by all")
    assert kinds == [("audiobook", 1), ("episode", 2), ("local", 1), ("track", 22), ("video", 1)]
    assert not list(settings.temp_dir.iterdir())


def test_names_and_uris_follow_the_content(take_in: TakeIn, query: Query) -> None:
    take_in(
        {
            "Streaming_History_Audio_0.json": [b.episode(1), b.chapter(2), b.local_file(3)],
            "StreamingHistory_podcast_0.json": [b.account_episode(4)],
            "StreamingHistory_audiobook_0.json": [b.account_chapter(5)],
            "Streaming_History_Audio_1.json": [b.play(6) | b.NO_TRACK],
        }
    )
    rows = query("""
        select content_type, track_name, artist_name, album_name, left(content_uri, 15), track_id, duration_ms
        from raw.listening_history order by ended_at
    """)
    assert rows == [
        ("episode", "Episode 1", "The Invented Show", None, "spotify:episode", None, None),
        ("audiobook", "Chapter 2", None, "The Invented Book", "spotify:episode", None, None),
        ("local", "Café 3", "Own Band", "Own Album", "spotify:local:O", None, 215_000),
        ("episode", "Episode 4", "The Invented Show", None, None, None, None),
        ("audiobook", "Chapter 5", "A. Writer", "The Invented Book", None, None, None),
        ("unknown", None, None, None, None, None, None),
    ]


REASONS: dict[str, Any] = {
    "no end time": b.play(0, ts=" "),
    "end time is no date": b.play(0, ts="yesterday"),
    "end time before 2006 or in the future": b.play(0, ts="1970-01-01T00:00:00Z"),
    "ms_played is no number": b.play(0, ms_played="long"),
    "negative ms_played": b.play(0, ms_played=-1),
    "ms_played longer than a week": b.play(0, ms_played=10**17),
    "no record of a stream": "a text",
}


@pytest.mark.parametrize("reason", REASONS)
def test_a_bad_row_is_rejected_with_its_reason(take_in: TakeIn, query: Query, reason: str) -> None:
    receipt = take_in({"Streaming_History_Audio_0.json": [b.play(1), REASONS[reason], b.play(2)]})
    assert (receipt.total.kept, receipt.reasons) == (2, {reason: 1})
    assert query("select row_number, reason from raw.rejected_rows") == [(2, reason)]


def test_the_second_import_stores_nothing(settings: Settings, query: Query, tmp_path: Path) -> None:
    package = b.extended_package(tmp_path / "my_spotify_data.zip")
    first = import_exports(settings, [package])
    again = import_exports(settings, [package])
    assert again.total.stored == 0
    assert again.total.known == first.total.stored + first.total.known
    assert again.summed("known_twice") == 0
    files = query("""
        select count(*), sum(rows_read) = sum(
            rows_kept + rows_known + rows_podcast + rows_audiobook + rows_video + rows_skipped + rows_rejected
        )
        from raw.ingest_files where status = 'ok'
    """)
    assert files == [(4, True)]
    assert query("select status, count(*) from raw.ingest_runs group by all") == [("ok", 2)]


def test_a_play_is_known_by_what_it_is_and_not_by_its_file(take_in: TakeIn) -> None:
    take_in({"endsong_0.json": [b.play_2022(0, platform="Android OS 9 API 28", skipped=None)]})
    same = take_in({"Streaming_History_Audio_7.json": [b.play_2025(0, platform="android", skipped=False)]})
    assert same.total.known == 1
    longer = take_in({"Streaming_History_Audio_8.json": [b.play_2025(0, ms_played=1)]})
    assert longer.total.kept == 1


def test_play_id_is_the_documented_hash(take_in: TakeIn, query: Query) -> None:
    take_in({"endsong_0.json": [b.play(0)], "StreamingHistory0.json": [b.account_play(1)]})
    separator = chr(31)
    texts = [
        separator.join(["me", str(b.FIRST_SECOND), b.track_uri(0), "180000"]),
        separator.join(["me", str(b.FIRST_SECOND + 180), "Band 1", "Song 1", "180001"]),
    ]
    with duckdb.connect() as db:
        expected = [db.execute("select md5(?)::uuid", [text]).fetchall()[0] for text in texts]
    assert query("select play_id from raw.listening_history order by ended_at") == expected


def test_a_play_in_an_audio_and_a_video_file_is_music(take_in: TakeIn, query: Query) -> None:
    take_in({"Streaming_History_Video_2023.json": [b.play(0)], "endsong_0.json": [b.play(0)]})
    assert query("select content_type from raw.listening_history") == [("track",)]


def test_private_sessions_can_be_left_out(take_in: TakeIn, query: Query) -> None:
    records = [b.play(0), b.play(1, incognito_mode=True)]
    receipt = take_in({"endsong_0.json": records}, skip_incognito=True)
    assert (receipt.total.kept, receipt.total.skipped) == (1, 1)
    receipt = take_in({"endsong_0.json": records})
    assert (receipt.total.kept, receipt.total.known) == (1, 1)
    assert query("select count(*) from raw.listening_history where is_private_session") == [(1,)]


def test_the_same_file_name_in_two_packages_stays_apart(
    settings: Settings, query: Query, tmp_path: Path
) -> None:
    name = "Spotify Account Data/StreamingHistory_music_0.json"
    paths = [
        b.write_zip(tmp_path / f"{n}.zip", {name: [b.account_play(n), b.account_play(7)]}) for n in range(2)
    ]
    receipt = import_exports(settings, paths)
    assert (receipt.total.kept, receipt.total.known) == (3, 1)
    names = query("select distinct file_name from raw.ingest_files order by 1")
    assert names == [(f"0.zip/{name}",), (f"1.zip/{name}",)]


def test_listener_and_zone(settings: Settings, take_in: TakeIn, query: Query) -> None:
    with pytest.raises(NotFoundError, match="nobody") as caught:
        take_in({"endsong_0.json": [b.play(0)]}, listener_id="nobody")
    assert "spotiflow listener add nobody" in caught.value.hint
    with pytest.raises(InputError, match="Europe/Pariss"):
        take_in({"endsong_0.json": [b.play(0)]}, time_zone="Europe/Pariss")
    assert query("select count(*) from raw.listeners") == [(0,)]
    add_listener(settings, "anna", time_zone="Asia/Kolkata")
    receipt = take_in({"endsong_0.json": [b.play(0)]}, listener_id="anna")
    assert receipt.time_zone == "Asia/Kolkata"
    receipt = take_in({"endsong_0.json": [b.play(0)]}, time_zone="europe/berlin")
    assert (receipt.listener_id, receipt.time_zone, receipt.total.kept) == ("me", "Europe/Berlin", 1)
    owners = query("select listener_id, count(*) from raw.listening_history group by all order by 1")
    assert owners == [("anna", 1), ("me", 1)]


def test_the_real_account_export_adds_up(settings: Settings, query: Query) -> None:
    receipt = import_exports(settings, [real_account_export()])
    assert receipt.total.read == 17_465
    assert receipt.total.adds_up
    assert receipt.total.kept + receipt.total.known == 17_465
    again = import_exports(settings, [real_account_export()])
    assert (again.total.stored, again.total.known) == (0, 17_465)
    span = query("select min(ended_at), max(ended_at), count(distinct play_id) from raw.listening_history")
    assert span == [(datetime(2021, 12, 29, 11, 49), datetime(2022, 6, 17, 23, 58), receipt.total.kept)]


def test_the_country_is_kept_by_choice(settings: Settings, tmp_path: Path, query: Query) -> None:
    records = [b.play(1, conn_country="QQ"), b.play(2, conn_country="QQ", ts="x")]
    path = b.write(tmp_path / "endsong_0.json", records)
    import_exports(replace(settings, keep_country=False), [path])
    assert query("select country from raw.listening_history") == [(None,)]
    assert "QQ" not in query("select record from raw.rejected_rows")[0][0]
    import_exports(settings, [path])
    assert query("select country from raw.listening_history") == [("QQ",)]


@pytest.mark.parametrize(("told", "length"), [("215", 215_000), ("-1", None), ("0", None), ("", None)])
def test_a_file_of_ones_own_whose_length_nobody_knows(
    settings: Settings, tmp_path: Path, query: Query, told: str, length: int | None
) -> None:
    play = b.local_file(1, spotify_track_uri=f"spotify:local:Own+Band::Song:{told}")
    import_exports(settings, [b.write(tmp_path / "endsong_0.json", [play])])
    assert query("select duration_ms from raw.listening_history") == [(length,)]
