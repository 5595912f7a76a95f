"""The one table of sources: what reads it agrees with it."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
import yaml

from spotiflow.core.errors import InputError
from spotiflow.core.settings import Settings
from spotiflow.ingest.exports import import_exports
from spotiflow.ingest.files.inputs import Wanted
from spotiflow.ingest.history.importer import import_history
from spotiflow.ingest.history.incoming import incoming_sql
from spotiflow.ingest.history.reader import Choice, Form, Reader
from spotiflow.ingest.history.receipts import render
from spotiflow.ingest.history.results import Counts
from spotiflow.ingest.history.sources import SOURCES, Source, dbt_var, names, rank_sql
from tests.dbt.project import build_dbt, query
from tests.ingest import builders as b
from tests.ingest.test_receipts import printed
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
READ_DIARY = incoming_sql("""
    select
        row_number() over () as row_number,
        make_timestamp(try_cast(cells[1] as bigint) * 1000000) as played_at,
        case when played_at is null then 'no time' end as reason,
        json_object('line', line) as record,
        played_at as started_at,
        'scrobble' as started_at_source,
        cells[2] as artist_name,
        cells[3] as track_name
    from (
        select line, string_split(line, ';') as cells
        from (select unnest(string_split(rtrim(content, chr(10)), chr(10))) as line from read_text($path))
    )
""")


class DiaryReader(Reader[Form]):
    kind = "diary"
    wanted = Wanted("a diary of what you played")
    example = "spotiflow ingest diary diary.txt"

    def form_of(self, name: str, head: bytes) -> Form | None:
        is_diary = re.match(rb"\d+;[^;]+;", head)
        return Form(source="diary", name="lines") if is_diary and name.endswith(".txt") else None

    def read(self, db: duckdb.DuckDBPyConnection, path: Path, form: Form, choice: Choice) -> None:
        assert form.name == "lines"
        db.execute(READ_DIARY, {"path": str(path), "listener": choice.listener_id})


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
    diary = b.write(tmp_path / "diary.txt", "\n".join(lines).encode())
    receipt = import_history(settings, DiaryReader(), [diary])
    assert receipt.total.to_dict() == Counts(read=4, kept=3, rejected=1).to_dict()
    assert receipt.summed("plays") == 3
    text = printed(render(receipt))
    assert "diary.txt  a diary (lines), 1 file" in text
    assert "1 no time" in text
    again = import_history(settings, DiaryReader(), [diary])
    assert (again.total.kept, again.total.known) == (0, 3)
    with pytest.raises(InputError, match="expected a diary of what you played"):
        import_history(settings, DiaryReader(), [tmp_path / "endsong_0.json"])
    build_dbt(settings.home, "--select", "+plays", variables={"play_sources": dbt_var()})
    assert query(settings.home, "select source, track_name, is_play from silver.plays order by all") == [
        ("diary", "Vinyl", True),
        ("extended", "Song 1", True),
        ("extended", "Song 2", True),
    ]
    why = "select reason from silver.play_duplicates order by all"
    assert query(settings.home, why) == [("matched",), ("repeated",)]
