"""What every gold model promises: a question, a grain, a contract, words for its columns, tests, a use."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.paths import ROOT

GOLD = ROOT / "dbt_project" / "models" / "gold"
MODELS = sorted(path for path in GOLD.glob("*/*.sql"))
NAMES = [path.stem for path in MODELS]
# Tables about the catalogue or about models, not about one listener's plays.
WITHOUT_LISTENER = {"catalogue_profile", "genre_profiles"}
BLOCKS = {
    name: " ".join(text.split())
    for path in GOLD.glob("*/_tables.md")
    for name, text in re.findall(
        r"{% docs (\w+) %}(.*?){% enddocs %}", path.read_text(encoding="utf-8"), re.DOTALL
    )
}


def described(path: Path) -> dict[str, Any]:
    """The model's yml; its description is the doc block of the table."""
    documents = yaml.safe_load(path.with_suffix(".yml").read_text(encoding="utf-8"))
    (model,) = documents["models"]
    assert model["description"] == f"{{{{ doc('table_{path.stem}') }}}}"
    block = BLOCKS[f"table_{path.stem}"]
    return {**model, "description": block, "unit_tests": documents.get("unit_tests", [])}


@pytest.fixture(params=MODELS, ids=NAMES)
def model(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    path: Path = request.param
    return path.read_text(encoding="utf-8"), described(path)


def test_there_are_gold_models() -> None:
    assert len(MODELS) >= 27


def test_the_sql_opens_with_question_grain_and_caveat(model: tuple[str, dict[str, Any]]) -> None:
    sql, entry = model
    head = " ".join(line[2:].strip() for line in sql.split("\n") if line.startswith("--"))
    assert head.startswith(entry["config"]["meta"]["question"])
    assert " Grain: one row per " in head
    assert " Caveat: " in head
    assert len([line for line in sql.splitlines() if not line.startswith("--")]) <= 80


def test_the_description_has_the_question_first_and_the_grain_last(model: tuple[str, dict[str, Any]]) -> None:
    _, entry = model
    meta = entry["config"]["meta"]
    assert meta["question"].endswith("?")
    assert entry["description"].startswith(meta["question"])
    assert entry["description"].endswith(f"Grain: {meta['grain']}.")


def test_the_description_says_how_to_read_the_table_and_its_caveats(
    model: tuple[str, dict[str, Any]],
) -> None:
    _, entry = model
    question = re.escape(entry["config"]["meta"]["question"])
    parts = rf"{question} How to read it: .{{40,}} Caveats: .{{20,}} Grain: .+\."
    assert re.fullmatch(parts, entry["description"])


def test_every_branch_is_a_group_with_words() -> None:
    groups = yaml.safe_load((GOLD / "_groups.yml").read_text(encoding="utf-8"))["groups"]
    project = yaml.safe_load((ROOT / "dbt_project" / "dbt_project.yml").read_text(encoding="utf-8"))
    folders = {path.name for path in GOLD.iterdir() if path.is_dir()}
    assert {group["name"] for group in groups if group["description"]} == folders
    for branch in folders:
        config = project["models"]["spotiflow"]["gold"][branch]
        assert config["+group"] == branch
        assert branch in config["+tags"]


def test_the_contract_names_type_and_meaning_of_every_column(model: tuple[str, dict[str, Any]]) -> None:
    _, entry = model
    assert entry["config"]["contract"] == {"enforced": True}
    for column in entry["columns"]:
        assert column["data_type"], column
        assert column["description"].strip(), column


def test_grain_and_logic_are_tested(model: tuple[str, dict[str, Any]]) -> None:
    _, entry = model
    grains = [test["grain"]["arguments"]["columns"] for test in entry["data_tests"] if "grain" in test]
    assert len(grains) == 1
    assert set(grains[0]) <= {column["name"] for column in entry["columns"]}
    assert entry["unit_tests"]


def test_whose_and_whether_simulated_shows_in_every_row(model: tuple[str, dict[str, Any]]) -> None:
    _, entry = model
    columns = [column["name"] for column in entry["columns"]]
    assert columns[-1] == "is_simulated"
    assert ("listener_id" in columns) != (entry["name"] in WITHOUT_LISTENER)


def test_an_average_of_features_says_how_much_is_measured(model: tuple[str, dict[str, Any]]) -> None:
    _, entry = model
    columns = {column["name"] for column in entry["columns"]}
    has_average = bool(columns & {"avg_valence", "avg_energy"}) and entry["name"] not in WITHOUT_LISTENER
    assert not has_average or "measured_share" in columns
    assert not columns & {"ci_low", "valence_ci_low"} or columns & {"reason", "baseline_value"}


def test_every_table_is_named_by_a_use_and_published() -> None:
    exposures = yaml.safe_load((GOLD / "_exposures.yml").read_text(encoding="utf-8"))["exposures"]
    uses = {exposure["name"]: exposure["depends_on"] for exposure in exposures}
    published = uses.pop("publish")
    used = [name for names in uses.values() for name in names]
    assert {f"ref('{name}')" for name in NAMES} == set(used)
    assert len(used) == len(set(used))
    views = {path.stem for path in MODELS if 'materialized="view"' in path.read_text(encoding="utf-8")}
    assert published == [f"ref('{name}')" for name in sorted(set(NAMES) - views)]


def test_column_blocks_are_used_and_unique() -> None:
    models = ROOT / "dbt_project" / "models"
    written = [
        name
        for path in models.rglob("*.md")
        for name in re.findall(r"{% docs (\w+) %}", path.read_text(encoding="utf-8"))
    ]
    used = {
        name
        for path in models.rglob("*.yml")
        for name in re.findall(r"doc\('(\w+)'\)", path.read_text(encoding="utf-8"))
    }
    assert len(written) == len(set(written))
    # dbt shows the overview on the first page of its documentation.
    assert set(written) == used | {"__overview__"}
