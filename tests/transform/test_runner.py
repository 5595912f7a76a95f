from __future__ import annotations

import os

import pytest

from spotiflow.core.errors import BuildError, InputError, UsageError
from spotiflow.core.settings import Settings
from spotiflow.transform import runner
from spotiflow.warehouse.database import open_warehouse

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("choice", [{"layer": "platinum"}, {"branch": "roots"}])
def test_a_layer_or_branch_that_does_not_exist(settings: Settings, choice: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="There is no") as caught:
        runner.build(settings, **choice)  # type: ignore[arg-type]
    assert "Choose one of" in caught.value.hint


def test_a_build_says_what_it_built_and_lets_go_of_the_file(demo_warehouse: Settings) -> None:
    result = runner.build(demo_warehouse, select="top_artists")
    assert [node.name for node in result.models] == ["top_artists"]
    assert result.n_tests_passed > 0
    assert result.slowest
    assert result.slowest[0].seconds > 0
    assert os.environ.get("SPOTIFLOW_HOME") != str(demo_warehouse.home)
    with open_warehouse(demo_warehouse) as db:
        assert db.execute("select count(*) > 0 from gold.top_artists").fetchone() == (True,)


def test_a_layer_comes_with_what_it_needs(demo_warehouse: Settings) -> None:
    with open_warehouse(demo_warehouse) as db:
        db.execute("drop schema gold cascade; drop schema silver cascade")
    runner.build(demo_warehouse, layer="silver")
    with open_warehouse(demo_warehouse, read_only=True) as db:
        assert db.execute("select count(*) > 0 from silver.plays").fetchone() == (True,)
        assert db.execute("select count(*) from duckdb_tables() where schema_name = 'gold'").fetchone() == (
            0,
        )


def test_a_failing_data_test_is_named(demo_warehouse: Settings) -> None:
    with open_warehouse(demo_warehouse) as db:
        db.execute("insert into raw.listeners select * from raw.listeners")
    with pytest.raises(BuildError, match=r"data test .*listener") as caught:
        runner.build(demo_warehouse, layer="bronze")
    assert "dbt.log" in caught.value.hint


def test_a_selection_of_nothing_is_an_error(demo_warehouse: Settings) -> None:
    with pytest.raises((InputError, BuildError)):
        runner.build(demo_warehouse, select="no_such_model")
