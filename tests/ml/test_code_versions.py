"""Which code made a result: no more is trained again than what gives other numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from spotiflow.core.settings import Settings
from spotiflow.ml.engine import code_versions
from spotiflow.ml.engine.code_versions import code_of, code_version, fingerprint, recorded_versions
from spotiflow.ml.train import TASKS, train
from spotiflow.ml.zones.task import ZoneTask
from tests.ml.code_versions import changed

SOURCE = '''"""What it does."""
import numpy as np
from spotiflow.ml.data.features import Codes
# Why.
SQL = """
# Not a comment.
select 1"""


def doubled(x: Codes) -> Codes:
    """Say twice."""
    return 2 * x
'''


def test_a_changed_code_of_a_task_is_recorded_as_the_same_or_as_new() -> None:
    """Where the numbers stay what they were nobody has to train again; the record says whether they do."""
    assert not changed(), (
        f"The code of these tasks has changed: {', '.join(changed())}. Do they give the same numbers, to the "
        "last digit? `python -m tests.ml.code_versions same` writes that down, `new` that they do not."
    )
    assert set(recorded_versions()) == {task.name for task in TASKS}


def test_only_what_is_done_counts() -> None:
    code, uses = code_of(SOURCE)
    assert code == [
        'SQL = """',
        "# Not a comment.",
        'select 1"""',
        "def doubled(x: Codes) -> Codes:",
        "    return 2 * x",
    ]
    assert uses == {"spotiflow.ml.data.features"}


def _moved(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, module: str, before: str, after: str
) -> dict[str, str]:
    """Return the fingerprint of every task where `before` in a module is `after`."""
    root = tmp_path / "ml"
    for path in code_versions.ROOT.rglob("*.py"):
        copy = root / path.relative_to(code_versions.ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    text = (root / module).read_text(encoding="utf-8")
    assert before in text
    (root / module).write_text(text.replace(before, after), encoding="utf-8")
    monkeypatch.setattr(code_versions, "ROOT", root)
    for one in (code_versions._read, code_versions._fingerprint):
        one.cache_clear()
    found = {task.name: fingerprint(task.modules) for task in TASKS}
    monkeypatch.undo()
    for one in (code_versions._read, code_versions._fingerprint):
        one.cache_clear()
    return found


@pytest.mark.parametrize(
    ("module", "before", "after", "tasks"),
    [
        ("zones/divisions.py", "LEAST_TRACKS = ", "LEAST_TRACKS = 1 + ", {"zones"}),
        ("completion/blend.py", "DRAWN_BY = ", "DRAWN_BY = 1 + ", {"completion"}),
        ("models/seed_recipes.py", "RIVAL_OF", "RIVALS", None),
        ("show/results.py", "no clusters", "none", set()),
        ("zones/divisions.py", '"""Zones of', '"""So to say: zones of', set()),
        ("data/evaluate.py", "import numpy as np\n", "# Numbers.\nimport numpy as np\n", set()),
    ],
)
def test_a_change_is_one_of_the_tasks_that_use_the_module(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    module: str,
    before: str,
    after: str,
    tasks: set[str] | None,
) -> None:
    usual = {task.name: fingerprint(task.modules) for task in TASKS}
    found = _moved(monkeypatch, tmp_path, module, before, after)
    others = {name for name in usual if usual[name] != found[name]}
    if tasks is None:
        assert "mood_prediction_seed" in others
        assert not others & {"zones", "relisten", "names", "daily_forecast"}
    else:
        assert others == tasks


def test_a_recorded_code_has_the_version_it_equals_and_another_has_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    zones = ZoneTask()
    found = fingerprint(zones.modules)
    record = {"zones": {"fingerprint": found, "version": "0.0.9+older"}}
    monkeypatch.setattr(code_versions, "recorded_versions", lambda: record)
    assert zones.code == "0.0.9+older"
    record["zones"]["fingerprint"] = "another"
    assert code_version("zones", zones.modules).endswith(f"+{found}")


def test_only_the_tasks_whose_code_gives_other_numbers_train_again(
    trained: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = recorded_versions()
    assert train(trained).trained == []
    monkeypatch.setattr(
        code_versions,
        "recorded_versions",
        lambda: known | {"zones": known["zones"] | {"version": "another"}},
    )
    assert train(trained).trained == ["zones"]
