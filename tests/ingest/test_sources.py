"""The one table of sources: what reads it agrees with it."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
import yaml

from spotiflow.core.settings import Settings
from spotiflow.ingest.exports import import_exports
from spotiflow.ingest.history.play_id import PLAY_ID_SQL
from spotiflow.ingest.history.results import FileReceipt
from spotiflow.ingest.history.sources import SOURCES, Source, dbt_var, names, rank_sql
from spotiflow.ingest.history.store import Origin, store_file
from spotiflow.ingest.ingest_runs import begin_run
from spotiflow.warehouse.database import open_warehouse
from tests.dbt.project import build_dbt, query
from tests.ingest import builders as b
from tests.paths import ROOT


def test_the_dbt_project_has_the_same_table() -> None:
    project = yaml.safe_load((ROOT / "dbt_project" / "dbt_project.yml").read_text(encoding="utf-8"))
    assert project["vars"]["play_sources"] == dbt_var()


def test_sql_ranks_as_the_table_does() -> None:
    with duckdb.connect() as db:
        found = db.execute(f"select name, {rank_sql('name')} from unnest(?) as t(name)", [list(SOURCES)])
        assert dict(found.fetchall()) == {source.name: source.rank for source in SOURCES.values()}
    assert len({source.rank for source in SOURCES.values()}) == len(SOURCES)


def test_sources_are_asked_for_by_what_holds_of_them() -> None:
    assert names(is_export=True) == ["extended", "account"]
    assert names(tells_lengths=False, is_whole=True) == ["api"]


# A source of our own: a text file with a second, an artist and a title in each line.
DIARY = Source("diary", "a diary", "plays of a diary", 6, tells_lengths=False, is_whole=False)
READ_DIARY = f"""
create or replace temp table incoming as
with texts as (
    select row_number() over () as row_number, string_split(line, ';') as cells from unnest($lines) as t(line)
),
typed as (
    select
        *, make_timestamp(try_cast(cells[1] as bigint) * 1000000) as played_at, cells[2] as artist_name,
        cells[3] as track_name, 'me' as listener_id, null::timestamp as ended_at,
        null::varchar as content_uri, null::bigint as ms_played
    from texts
)
select
    row_number, case when played_at is null then 'no time' end as reason, null::varchar as record,
    false as is_skipped, {PLAY_ID_SQL} as play_id, 'track' as content_type, content_uri,
    null::varchar as track_id, null::varchar as isrc, track_name, artist_name, null::varchar as album_name,
    played_at as started_at, null::timestamp as device_started_at, ended_at, played_at,
    'scrobble' as started_at_source, 'second' as ended_at_precision, ms_played, null::bigint as duration_ms,
    null::varchar as platform, null::varchar as country, null::boolean as shuffle, null::boolean as skipped,
    null::boolean as offline, null::boolean as is_private_session, null::varchar as reason_start,
    null::varchar as reason_end
from typed
"""


def read_diary(settings: Settings, lines: list[str]) -> FileReceipt:
    with open_warehouse(settings) as db:
        begin_run(db, "run", "diary", "diary.txt")
        db.execute(READ_DIARY, {"lines": lines})
        origin = Origin("run", "me", "diary.txt", "diary.txt", "diary", "lines", "audio", "-", 30)
        return store_file(db, origin, None)


@pytest.mark.slow
def test_a_new_source_is_imported_ranked_deduplicated_and_reported(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SOURCES, "diary", DIARY)
    import_exports(settings, [b.write(tmp_path / "endsong_0.json", [b.play(1), b.play(2)])])
    began = b.FIRST_SECOND + 200 - 180
    lines = [
        f"{began};Band 1;Song 1",
        f"{began + 9};Band 1;Song 1",
        f"{began + 500};Band 9;Vinyl",
        "soon;Band 9;Lost",
    ]
    receipt = read_diary(settings, lines)
    assert (receipt.counts.read, receipt.counts.kept, receipt.counts.rejected, receipt.plays) == (4, 3, 1, 3)
    build_dbt(settings.home, "--select", "+plays", variables={"play_sources": dbt_var()})
    assert query(settings.home, "select source, track_name, is_play from silver.plays order by all") == [
        ("diary", "Vinyl", True),
        ("extended", "Song 1", True),
        ("extended", "Song 2", True),
    ]
    why = "select reason from silver.play_duplicates order by all"
    assert query(settings.home, why) == [("matched",), ("repeated",)]
