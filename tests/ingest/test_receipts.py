"""The receipts hold at 80 and 120 columns, and every number on them is in raw."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

from spotiflow.core.settings import Settings
from spotiflow.ingest import kaggle
from spotiflow.ingest.exports import import_exports
from spotiflow.ingest.history.gaps import open_gap
from spotiflow.ingest.history.receipts import render
from spotiflow.warehouse.database import open_warehouse
from tests.ingest import builders as b
from tests.ingest.conftest import Rows


def printed(thing: RenderableType, width: int = 100) -> str:
    console = Console(width=width, color_system=None, force_terminal=False)
    with console.capture() as capture:
        console.print(thing)
    return "\n".join(line.rstrip() for line in capture.get().splitlines())


def test_the_receipt_of_a_package(settings: Settings, tmp_path: Path) -> None:
    receipt = import_exports(
        settings, [b.extended_package(tmp_path / "my_spotify_data.zip")], time_zone="UTC"
    )
    lines = printed(render(receipt)).splitlines()
    assert lines[:2] == [
        "my_spotify_data.zip  Spotify extended history (2025 form), 2 files; not read: 1 PDF, 1 macOS side",
        "file",
    ]
    assert lines[2:-1] == [
        "file               read  kept  known  podcast  audiob.  video  rejected",
        "Audio_2023_0.json    28    23      1        1        1      0         2",
        "Video_2023.json       2     0      0        1        0      1         0",
        "total                30    23      1        2        1      1         2",
        "adds up   23 + 1 + 2 + 1 + 1 + 2 = 30",
        "known     1 = 0 from earlier imports + 1 twice here",
        "kept      22 count as plays (>= 30 s), 1 shorter ones kept apart",
        'rejected  1 no end time, 1 negative ms_played; see them: spotiflow sql "from rejected_rows"',
        "privacy   ip address, user agent, user name and place not stored; 1 private-session rows flagged",
        "covers    2023-01-01 to 2023-01-01",
        "zone      local times are of UTC; another: --time-zone ZONE",
    ]
    assert lines[-1].endswith("s     next: spotiflow build")


@pytest.mark.parametrize("width", [80, 120])
def test_it_fits(settings: Settings, tmp_path: Path, width: int) -> None:
    files = {f"Streaming_History_Audio_2011-2012_[{n}]_{'x' * 60}.json": [b.play(n)] for n in range(6)}
    receipt = import_exports(settings, [b.write_zip(tmp_path / "data.zip", files)])
    assert max(map(len, printed(render(receipt), width).splitlines())) <= width
    assert ".. 3 more: --per-file" in printed(render(receipt), width)
    assert "more: --per-file" not in printed(render(receipt, per_file=True), width)
    assert "Audio_2011-2012_[5]" in printed(render(receipt, per_file=True), width)


def test_an_account_package_leads_to_the_full_history(settings: Settings, tmp_path: Path) -> None:
    receipt = import_exports(settings, [b.write(tmp_path / "StreamingHistory0.json", [b.account_play()])])
    assert "ask for it at Spotify's privacy page" in " ".join(printed(render(receipt)).split())


def test_nothing_and_damage_are_said(settings: Settings, tmp_path: Path) -> None:
    given = [
        b.write(tmp_path / "StreamingHistory_music_0.json", b"[]"),
        b.write(tmp_path / "endsong_0.json", b.as_json([b.play(0), b.play(1)])[:-20]),
    ]
    text = " ".join(printed(render(import_exports(settings, given))).split())
    assert "endsong_0.json: breaks off before its end; 1 complete record was kept" in text
    receipt = import_exports(settings, given[:1])
    assert "adds up 0 = 0" in " ".join(printed(render(receipt)).split())


def test_the_numbers_are_those_of_raw(settings: Settings, query: Callable[..., Rows], tmp_path: Path) -> None:
    receipt = import_exports(settings, [b.extended_package(tmp_path / "my_spotify_data.zip")])
    told = json.loads(json.dumps(receipt.to_dict()))
    stored = query("""
        select
            count(*) filter (where content_type in ('track', 'local', 'unknown')),
            count(*) filter (where content_type = 'episode'),
            count(*) filter (where content_type = 'audiobook'),
            count(*) filter (where content_type = 'video'),
            count(*) filter (where content_type in ('track', 'local', 'unknown') and ms_played >= 30000),
            count(*) filter (where is_private_session)
        from raw.listening_history
    """)
    total = told["total"]
    assert stored == [
        (
            total["kept"],
            total["podcast"],
            total["audiobook"],
            total["video"],
            told["counted_as_plays"],
            told["private_rows"],
        )
    ]
    assert query("select count(*) from raw.rejected_rows") == [(total["rejected"],)]
    assert query("select min(covered_from), max(covered_to) from raw.ingest_files") == [receipt.covered]
    assert [file["file_name"] for file in told["files"]] == [
        row[0] for row in query("select file_name from raw.ingest_files where status = 'ok' order by 1")
    ]
    others = query(
        "select kind, count(*) from raw.ingest_files where status = 'not_read' group by 1 order by 1"
    )
    assert dict(others) == told["packages"][0]["not_read"] == {"PDF": 1, "macOS side file": 1}


def test_fuller_rows_replace_and_gaps_close(
    settings: Settings, query: Callable[..., Rows], tmp_path: Path
) -> None:
    account = [b.account_play(number) for number in range(0, 50, 2)]
    first = import_exports(settings, [b.write(tmp_path / "StreamingHistory0.json", account)])
    assert not first.after.replaced
    moments = [datetime(2023, 1, 1, hour) for hour in (0, 1, 20, 21)]
    with open_warehouse(settings) as db:
        open_gap(db, "me", moments[0], moments[1])
        open_gap(db, "me", moments[2], moments[3])
    fuller = b.write(tmp_path / "endsong_0.json", [b.play(number) for number in range(40)])
    receipt = import_exports(settings, [fuller])
    text = printed(render(receipt))
    # The minutes of numbers 0 to 39 lie within the fuller file's time, but 0 came before its first second.
    inside = query("""
        select count(*) from raw.listening_history where source = 'account' and played_at between
            (select min(played_at) from raw.listening_history where source = 'extended')
            and (select max(played_at) from raw.listening_history where source = 'extended')
    """)
    assert inside == [(20,)]
    assert "replaced  20 plays of account data by fuller rows of the same time" in text
    assert (
        "covers    2023-01-01 to 2023-01-01; closed 1 gap, 1 open (2023-01-01 20:00 to 2023-01-01 21:00"
        in text
    )
    again = import_exports(settings, [fuller])
    assert (again.after.replaced, again.after.closed_gaps, len(again.after.open_gaps)) == ({}, 0, 1)
    assert json.loads(json.dumps(receipt.to_dict()))["replaced"] == {"account": 20}


def test_the_receipt_of_a_catalogue(settings: Settings, tmp_path: Path) -> None:
    rows = [b.catalogue_row(0), b.catalogue_row(1, tempo="0"), b.catalogue_row(2, key="x")]
    path = b.write(tmp_path / "dataset.csv", b.catalogue(rows))
    receipt = kaggle.load_kaggle(settings, path, simulated=True)
    text = printed(kaggle.render(receipt), 80)
    assert "dataset.csv  a simulated catalogue: loaded\n" in text
    assert "2 rows, 2 tracks, 2 genres" in text
    assert "1 key is no value" in text
    assert json.loads(json.dumps(receipt.to_dict()))["rows_read"] == 3
    assert "skipped; --force" in printed(kaggle.render(kaggle.load_kaggle(settings, path, simulated=True)))
