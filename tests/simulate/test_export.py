"""The export zip: Spotify's shape of late 2024, consistent from row to row, same bytes for the same seed."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest

from spotiflow.core.errors import UsageError
from spotiflow.simulate import DemoInputs, write_demo_inputs
from tests.simulate.conftest import Row

# As documented for exports since November 2024, with the audiobook keys that came after.
_DOCUMENTED = """
ts platform ms_played conn_country ip_addr master_metadata_track_name master_metadata_album_artist_name
master_metadata_album_album_name spotify_track_uri episode_name episode_show_name spotify_episode_uri
audiobook_title audiobook_uri audiobook_chapter_uri audiobook_chapter_title reason_start reason_end shuffle
skipped offline offline_timestamp incognito_mode
"""
DOCUMENTED_KEYS = _DOCUMENTED.split()


def ended(row: Row) -> datetime:
    return datetime.strptime(row["ts"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def test_same_seed_same_bytes_other_seed_other_bytes(inputs: DemoInputs, tmp_path: Path) -> None:
    again = write_demo_inputs(tmp_path / "again")
    assert again.export_zip.read_bytes() == inputs.export_zip.read_bytes()
    assert again.catalogue_csv.read_bytes() == inputs.catalogue_csv.read_bytes()
    moved = replace(again, export_zip=inputs.export_zip, catalogue_csv=inputs.catalogue_csv)
    assert str(moved) == str(inputs)
    other = write_demo_inputs(tmp_path / "other", seed=21, days=30)
    assert other.catalogue_csv.read_bytes() != inputs.catalogue_csv.read_bytes()


def test_the_zip_is_laid_out_like_spotifys(inputs: DemoInputs) -> None:
    with ZipFile(inputs.export_zip) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        pdf = archive.read(names[-1])
        assert all(info.date_time == (2026, 10, 31, 12, 0, 0) for info in archive.infolist())
    pattern = r"Spotify Extended Streaming History/"
    pattern += (
        r"(Streaming_History_(Audio_\d{4}(-\d{4})?_\d+|Video_\d{4}(-\d{4})?)\.json|ReadMeFirst_\w+\.pdf)"
    )
    assert all(re.fullmatch(pattern, name) for name in names)
    assert len([name for name in names if "Audio" in name]) > 1
    assert len([name for name in names if "Video" in name]) == 1
    assert pdf.startswith(b"%PDF-")
    assert pdf.endswith(b"%%EOF\n")


def test_names_of_parts_tell_their_years(files: dict[str, list[Row]]) -> None:
    for name, rows in files.items():
        years = sorted({row["ts"][:4] for row in rows})
        assert "-".join([years[0], years[-1]] if len(years) > 1 else years) in name


def test_every_row_has_the_documented_keys_in_their_order(files: dict[str, list[Row]]) -> None:
    assert {tuple(row) for rows in files.values() for row in rows} == {tuple(DOCUMENTED_KEYS)}


def test_counts_are_what_the_inputs_say(inputs: DemoInputs, files: dict[str, list[Row]]) -> None:
    rows = [row for part in files.values() for row in part]
    assert len(rows) == inputs.n_rows
    assert sum(row["spotify_track_uri"] is not None for row in rows) == inputs.n_music_rows
    assert 8_000 <= inputs.n_music_rows <= 12_000


def test_a_row_plays_exactly_one_thing(files: dict[str, list[Row]]) -> None:
    kinds: Counter[str] = Counter()
    for row in (row for rows in files.values() for row in rows):
        uris = {key: row[key] for key in DOCUMENTED_KEYS if key.endswith("_uri") and row[key]}
        kind = " ".join(sorted(uris))
        kinds[kind] += 1
        for key, uri in uris.items():
            assert re.fullmatch(r"spotify:(track|episode|audiobook|chapter):[0-9A-Za-z]{22}", uri), key
    assert set(kinds) == {
        "spotify_track_uri",
        "spotify_episode_uri",
        "audiobook_chapter_uri audiobook_uri",
    }
    spoken = kinds.total() - kinds["spotify_track_uri"]
    assert spoken / kinds.total() == pytest.approx(0.05, abs=0.01)
    assert 5 <= kinds["audiobook_chapter_uri audiobook_uri"] <= 20


def test_the_video_file_has_clips_and_filmed_episodes(files: dict[str, list[Row]]) -> None:
    video = next(rows for name, rows in files.items() if "Video" in name)
    assert {bool(row["spotify_track_uri"]) for row in video} == {True, False}


def test_rows_are_in_order_and_within_the_span(inputs: DemoInputs, audio: list[Row]) -> None:
    moments = [ended(row) for row in audio]
    assert moments == sorted(moments)
    zone = ZoneInfo(inputs.time_zone)
    assert inputs.first_day <= moments[0].astimezone(zone).date()
    assert moments[-1].astimezone(zone).date() <= inputs.last_day
    assert (inputs.last_day - inputs.first_day).days == 364


def test_reasons_and_skips_agree(music: list[Row]) -> None:
    for row in music:
        if row["reason_end"] == "trackdone":
            assert row["ms_played"] >= 30_000
    skipped = [row["skipped"] == (row["reason_end"] in ("fwdbtn", "backbtn")) for row in music]
    assert len(music) - sum(skipped) <= 4, "only rows logged twice may disagree"
    starts, ends = ({row[key] for row in music} for key in ("reason_start", "reason_end"))
    assert {"trackdone", "fwdbtn", "backbtn", "clickrow", "playbtn", "appload"} == starts
    assert {"trackdone", "fwdbtn", "backbtn", "endplay", "logout", "unexpected-exit-while-paused"} <= ends


def test_a_row_begins_as_the_one_before_ended(music: list[Row]) -> None:
    follows = {"trackdone": "trackdone", "fwdbtn": "fwdbtn", "backbtn": "backbtn", "endplay": "clickrow"}
    openings = {"clickrow", "playbtn", "appload"}
    odd = [
        1
        for before, row in pairwise(music)
        if row["reason_start"] not in openings and follows.get(before["reason_end"]) != row["reason_start"]
    ]
    # Rows logged twice and clips moved to the video file tear a few pairs apart.
    assert len(odd) <= 10


def test_offline_rows_share_the_upload_time_and_know_their_start(music: list[Row]) -> None:
    offline = [row for row in music if row["offline"]]
    assert 20 <= len(offline) <= 1_000
    assert len({row["ts"] for row in offline}) < len(offline) / 3
    for row in offline:
        played_until = row["offline_timestamp"] + row["ms_played"] / 1000
        assert played_until <= ended(row).timestamp()
    online = [row["offline_timestamp"] for row in music if not row["offline"]]
    assert 0.05 < sum(moment is not None for moment in online) / len(online) < 0.4


def test_a_few_rows_are_private(music: list[Row]) -> None:
    assert 0 < sum(row["incognito_mode"] for row in music) < len(music) * 0.06


def test_a_few_rows_are_logged_twice(music: list[Row]) -> None:
    pairs: Counter[str] = Counter()
    for before, row in pairwise(music):
        different = [key for key in DOCUMENTED_KEYS if before[key] != row[key]]
        if len(different) == 1:
            pairs[different[0]] += 1
    assert pairs["skipped"] == pairs["ms_played"] == 2


def test_addresses_belong_to_nobody(files: dict[str, list[Row]]) -> None:
    rows = [row for part in files.values() for row in part]
    assert all(re.fullmatch(r"192\.0\.2\.\d{1,3}", row["ip_addr"]) for row in rows)


def test_tracks_match_the_catalogue_by_id_or_by_name(inputs: DemoInputs, music: list[Row]) -> None:
    with inputs.catalogue_csv.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    ids = {row["track_id"] for row in rows}
    names = {(row["track_name"], row["artists"].split(";")[0]) for row in rows}
    heard = [row for row in music if row["ms_played"] >= 30_000]
    by_id = [row["spotify_track_uri"].split(":")[2] in ids for row in heard]
    by_name = [
        (row["master_metadata_track_name"], row["master_metadata_album_artist_name"]) in names
        for row in heard
    ]
    either = sum(a or b for a, b in zip(by_id, by_name, strict=True)) / len(heard)
    assert either == pytest.approx(0.55, abs=0.08)
    assert sum(by_id) / len(heard) < either - 0.04, "some are played under another id"


def test_days_until_and_share_are_parameters(tmp_path: Path) -> None:
    made = write_demo_inputs(tmp_path, days=60, until=date(2024, 3, 31), catalogue_share=0.2)
    assert (made.first_day, made.last_day) == (date(2024, 2, 1), date(2024, 3, 31))
    assert 800 < made.n_rows < 3_000


def test_a_few_days_are_refused_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="6 days") as caught:
        write_demo_inputs(tmp_path, days=6)
    assert "7 days" in caught.value.hint
