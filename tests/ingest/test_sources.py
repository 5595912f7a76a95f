"""The one table of sources: what reads it agrees with it."""

from __future__ import annotations

import duckdb
import yaml

from spotiflow.ingest.history.sources import SOURCES, dbt_var, names, rank_sql
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
