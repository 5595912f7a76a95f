"""Building again after a change gives what building from nothing gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from spotiflow.core.settings import load_settings
from spotiflow.warehouse.database import open_warehouse
from tests.dbt.project import build_dbt, contents


@pytest.mark.long
def test_an_increment_equals_a_full_refresh(own: Path) -> None:
    before = contents(own)
    with open_warehouse(load_settings(home=own)) as db:
        db.execute("delete from raw.listening_history where track_name in ('Song 1', 'Song 2')")
        db.execute(
            """insert into raw.listening_history by name
            select * replace (
                uuid() as play_id, 'x' || track_id as track_id, 'New ' || track_name as track_name
            )
            from raw.listening_history where listener_id = 'demo' limit 40"""
        )
    build_dbt(own, "--select", "bronze", "silver")
    increment = contents(own)
    build_dbt(own, "--select", "bronze", "silver", "--full-refresh")
    refreshed = contents(own)
    assert increment.keys() == refreshed.keys()
    for table in refreshed:
        assert increment[table] == refreshed[table], table
    assert increment["silver.plays"] != before["silver.plays"]
