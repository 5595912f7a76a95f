"""Tables are made from their contracts; here each model is held against its own, names and types."""

from __future__ import annotations

import json

import pytest

from spotiflow.core.settings import Settings
from spotiflow.transform import runner
from spotiflow.warehouse.database import open_warehouse

pytestmark = pytest.mark.slow


def test_each_model_gives_exactly_what_its_contract_says(demo_warehouse: Settings) -> None:
    runner.invoke(demo_warehouse, ["compile"])
    manifest = json.loads((demo_warehouse.target_dir / "manifest.json").read_text(encoding="utf-8"))
    models = [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["config"]["contract"]["enforced"]
    ]
    assert len(models) > 50
    wrong = {}
    with open_warehouse(demo_warehouse, read_only=True) as db:
        for model in models:
            contract = [(column["name"], column["data_type"]) for column in model["columns"].values()]
            types = ", ".join(f"null::{kind}" for _, kind in contract)
            wanted = db.execute(f"describe select {types}").fetchall()
            given = db.execute(f"describe ({model['compiled_code']})").fetchall()
            expected = [(name, row[1]) for (name, _), row in zip(contract, wanted, strict=True)]
            found = [(row[0], row[1]) for row in given]
            if sorted(found) != sorted(expected):
                wrong[model["name"]] = sorted(set(found) ^ set(expected))
    assert wrong == {}
