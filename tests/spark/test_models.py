"""A real Spark reads every model as it stands, and its functions answer as DuckDB's do."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from spotiflow.transform.spark import SETTINGS, prepare, spark_type
from tests.dbt.project import PROJECT

pytestmark = pytest.mark.long

IN_A_TEST = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "3g",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.shuffle.partitions": "2",
    "spark.ui.enabled": "false",
}


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lake")


@pytest.fixture(scope="module")
def session(lake: Path) -> Iterator[Any]:
    """A session that knows the tables of a lake without rows."""
    spark = pytest.importorskip("pyspark.sql", reason="needs the extra: pip install 'spotiflow[spark]'")
    pytest.importorskip("dbt.adapters.spark", reason="needs the extra: pip install 'spotiflow[spark]'")
    if not shutil.which("java"):
        pytest.skip("needs Java 17")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        # Its workers take the first Python of the path otherwise, and that one has none of our packages.
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        builder = spark.SparkSession.builder.master("local[2]")
        for name, value in (SETTINGS | IN_A_TEST | {"spark.sql.warehouse.dir": str(lake / "other")}).items():
            builder = builder.config(name, value)
        session = builder.getOrCreate()
        session.sparkContext.setLogLevel("OFF")
        prepare(session, lake, lake / "building")
        yield session
        session.stop()


@pytest.fixture(scope="module")
def compiled(session: Any, lake: Path) -> dict[str, dict[str, Any]]:
    """Every model as dbt compiles it for Spark, by its id, each after what it reads."""
    from dbt.cli.main import dbtRunner

    target = lake / "target"
    places = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target-path", str(target)]
    words = ["--target", "spark", "--log-path", str(lake / "logs"), "--quiet", "--no-partial-parse"]
    before = dict(os.environ)
    try:
        done = dbtRunner().invoke(["compile", *places, *words])
    finally:
        os.environ.clear()
        os.environ.update(before)
    assert done.success, done.exception
    nodes = json.loads((target / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    models = {key: node for key, node in nodes.items() if node["resource_type"] == "model"}
    found: dict[str, dict[str, Any]] = {}

    def add(key: str) -> None:
        if key in models and key not in found:
            for parent in models[key]["depends_on"]["nodes"]:
                add(parent)
            path = target / "compiled" / "spotiflow" / models[key]["original_file_path"]
            found[key] = models[key] | {"sql": path.read_text(encoding="utf-8")}

    for key in models:
        add(key)
    return found


def test_every_model_is_read_and_has_the_columns_of_its_contract(
    session: Any, compiled: dict[str, dict[str, Any]]
) -> None:
    refused, others = {}, {}
    for node in compiled.values():
        name = f"{node['schema']}.{node['alias']}"
        try:
            found = session.sql(node["sql"])
        except Exception as error:
            refused[name] = str(error)[:300]
            continue
        said = {column: spark_type(about["data_type"] or "") for column, about in node["columns"].items()}
        if node["config"]["contract"]["enforced"] and sorted(found.columns) != sorted(said):
            others[name] = set(found.columns) ^ set(said)
        # Models that follow read a table of these columns: of a tree of views the analyser would read every one again.
        kinds = [
            (field.name, said.get(field.name) or field.dataType.simpleString()) for field in found.schema
        ]
        columns = ", ".join(f"`{column}` {kind}" for column, kind in kinds)
        session.sql(f"create table {name} ({columns}) using parquet")
    assert (refused, others) == ({}, {})
    assert len(compiled) > 100


def test_letters_are_folded_as_duckdb_folds_them(session: Any, tmp_path: Path) -> None:
    file = tmp_path / "letters.parquet"
    with duckdb.connect() as db:
        db.execute(
            f"""copy (
                select point, 'a' || chr(point::integer) || 'Z' as text, lower(strip_accents(text)) as folded
                from (select range as point from range(1, 55296) union all select range from range(57344, 1114112))
            ) to '{file}' (format parquet)"""
        )
    given = session.read.parquet(str(file))
    assert given.count() > 1_100_000
    others = given.where("bronze.fold_case(text) <> folded").select("point", "folded").take(20)
    assert others == []


def test_stand_ins_are_those_of_the_python_model(session: Any) -> None:
    import runpy

    module = runpy.run_path(str(PROJECT / "models" / "bronze" / "my_tracks_features_bronze_synthetic.py"))
    ids = [f"track{number}" for number in range(200)]
    given = session.createDataFrame([(one,) for one in ids], "track_id string")
    rows = given.selectExpr("synthetic_features(track_id) as features").select("features.*").collect()
    assert [list(row) for row in rows] == [module["synthetic_features"](one) for one in ids]
