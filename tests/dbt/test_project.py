"""What the dbt project promises about itself: layers, words for everything, comments in the file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from spotiflow.warehouse.schema import ddl
from tests.dbt.project import PROJECT, query

ALLOWED = {"bronze": {"bronze"}, "silver": {"bronze", "silver"}, "gold": {"bronze", "silver", "gold"}}
# Read by ml, so none of them may hang on what ml wrote.
READ_BY_ML = (
    "listening_with_features",
    "sessions",
    "session_sums",
    "daily_listening",
    "kaggle_tracks",
    "kaggle_track_matches",
    "tracks",
    "heard_tracks",
    "plays",
    "track_features",
)
# Models that only pick or rename; what others do is shown by unit tests.
PLAIN = {
    "history_gaps_bronze",
    "ingest_files_bronze",
    "listener_time_zones_bronze",
    "listeners_bronze",
    "looked_up_tracks_bronze",
    "my_tracks_features_bronze",
    "synthetic_track_ids_bronze",
    "tracks_bronze",
    "my_tracks_features_bronze_synthetic",
}
MODELS = sorted(path for layer in ("bronze", "silver") for path in (PROJECT / "models" / layer).glob("*.yml"))


@pytest.fixture(scope="module")
def nodes(built: Path) -> dict[str, dict[str, Any]]:
    manifest = json.loads((built / "target" / "manifest.json").read_text(encoding="utf-8"))
    return {key: node for key, node in manifest["nodes"].items() if node["resource_type"] == "model"}


def _ancestors(nodes: dict[str, dict[str, Any]], key: str) -> set[str]:
    found: set[str] = set()
    waiting = [key]
    while waiting:
        for parent in nodes.get(waiting.pop(), {"depends_on": {"nodes": []}})["depends_on"]["nodes"]:
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return found


def test_layers_read_only_what_lies_below(nodes: dict[str, dict[str, Any]]) -> None:
    for node in nodes.values():
        layer = node["fqn"][1]
        assert node["schema"] == layer
        assert layer in node["tags"]
        for parent in node["depends_on"]["nodes"]:
            if parent.startswith("source."):
                schema = parent.split(".")[2]
                assert layer == "bronze" or schema == "ml", (node["name"], parent)
            else:
                assert nodes[parent]["fqn"][1] in ALLOWED[layer], (node["name"], parent)


def test_nothing_ml_reads_hangs_on_what_ml_wrote(nodes: dict[str, dict[str, Any]]) -> None:
    for key, node in nodes.items():
        from_ml = any(parent.startswith("source.spotiflow.ml.") for parent in _ancestors(nodes, key))
        assert ("from_ml" in node["tags"]) or not from_ml or node["fqn"][1] == "gold", node["name"]
    for name in READ_BY_ML:
        assert not any(".ml." in parent for parent in _ancestors(nodes, f"model.spotiflow.{name}")), name


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_every_model_is_described_typed_and_tested(path: Path) -> None:
    documents = yaml.safe_load(path.read_text(encoding="utf-8"))
    (model,) = documents["models"]
    meta = model["config"]["meta"]
    assert model["name"] == path.stem
    assert meta["question"].endswith("?")
    assert model["description"].startswith(meta["question"])
    assert model["description"].endswith(f"Grain: {meta['grain']}.")
    assert all(column["description"].strip() for column in model["columns"])
    if path.parent.name == "silver":
        assert model["config"].get("contract") == {"enforced": True}
        assert all(column["data_type"] for column in model["columns"])
    assert documents.get("unit_tests") or path.stem in PLAIN


def test_every_model_has_its_yml_and_a_short_header() -> None:
    for path in (PROJECT / "models").rglob("*.sql"):
        lines = path.read_text(encoding="utf-8").splitlines()
        header = [line for line in lines if line.startswith("--")]
        # The twin of a model for Spark has the contract of the model.
        folder = path.parent.parent if path.parent.name == "spark" else path.parent
        assert (folder / f"{path.stem}.yml").exists(), path
        assert 1 <= len(header) <= 8, path
        assert "Grain: " in " ".join(line[2:].strip() for line in header), path
        assert len(lines) - len(header) <= 80, path


@pytest.mark.parametrize("layer", ["silver", "gold"])
def test_a_header_says_what_a_row_is_and_what_to_be_careful_with(layer: str) -> None:
    for path in (PROJECT / "models" / layer).rglob("*.sql"):
        lines = path.read_text(encoding="utf-8").splitlines()
        header = " ".join(line[2:].strip() for line in lines if line.startswith("--"))
        answer, _, grain = header.partition("Grain: ")
        assert len(answer) > 25, path
        # Besides what it answers and what a row is, at least one more thing.
        assert len(re.findall(r"[.;?:](?: |$)", header)) >= 3 or ";" in grain, path


def test_every_macro_and_argument_is_described() -> None:
    described: dict[str, list[str]] = {}
    for path in (PROJECT / "macros").rglob("*.yml"):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["macros"]:
            assert entry["description"].strip(), entry
            described[entry["name"]] = [argument["name"] for argument in entry.get("arguments", [])]
    written = {}
    for path in (PROJECT / "macros").rglob("*.sql"):
        for name, arguments in re.findall(
            r"{%-?\s*macro (\w+)\((.*?)\)", path.read_text(encoding="utf-8"), re.S
        ):
            if "__" not in name:
                written[name] = [part.split("=")[0].strip() for part in arguments.split(",") if part.strip()]
    assert described == written


def test_what_depends_on_the_engine_has_both_forms() -> None:
    for path in (PROJECT / "macros" / "engine").glob("*.sql"):
        text = path.read_text(encoding="utf-8")
        names = re.findall(r"macro (\w+)\(", text)
        plain = {name for name in names if "__" not in name}
        assert set(names) == plain | {f"default__{n}" for n in plain} | {f"spark__{n}" for n in plain}


def test_every_variable_has_a_comment() -> None:
    lines = (PROJECT / "dbt_project.yml").read_text(encoding="utf-8").split("\nvars:\n")[1].splitlines()
    for above, line in zip(["", *lines], lines, strict=False):
        is_part_of_a_list = line.startswith("    - ")
        assert is_part_of_a_list or line.strip().startswith("#") or above.strip().startswith("#"), line


def test_sources_are_the_tables_of_the_schema() -> None:
    (raw, ml) = yaml.safe_load((PROJECT / "models" / "_sources.yml").read_text(encoding="utf-8"))["sources"]
    described = {
        f"{source['name']}.{table['name']}": [column["name"] for column in table["columns"]]
        for source in (raw, ml)
        for table in source["tables"]
        if table["description"] and all(column["description"] for column in table["columns"])
    }
    written = {
        name: [line.split()[0] for line in body.strip().splitlines()]
        for name, body in re.findall(r"create table if not exists (\w+\.\w+) \((.*?)\n\);", ddl(), re.S)
    }
    assert described == written


def test_descriptions_stand_in_the_file_as_comments(built: Path) -> None:
    bare = query(
        built,
        """select schema_name, name from (
            select schema_name, table_name as name, comment from duckdb_tables()
            union all select schema_name, view_name, comment from duckdb_views() where not internal
            union all select schema_name, table_name || '.' || column_name, comment from duckdb_columns()
            where not internal
        ) where schema_name in ('bronze', 'silver', 'gold') and coalesce(trim(comment), '') = ''""",
    )
    assert bare == []
