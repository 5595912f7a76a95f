"""Versions: listed, promoted by the rule, taken back, verified; a file that was changed never serves."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
import skops.io

from spotiflow.core.errors import (
    InputError,
    ModelFileError,
    SpotiflowError,
    UsageError,
)
from spotiflow.core.settings import Settings
from spotiflow.ml.completion.task import MODELS as COMPLETION
from spotiflow.ml.completion.task import OTHERS
from spotiflow.ml.engine.model_files import write_file
from spotiflow.ml.engine.versions import (
    CHAMPION,
    Alias,
    Version,
    write_registry,
)
from spotiflow.ml.registry.manage import (
    list_versions,
    promote,
    rollback,
    stored_registry,
)
from spotiflow.ml.registry.verify import verify
from spotiflow.ml.train import TASKS, chosen_tasks, train
from spotiflow.warehouse.database import open_warehouse
from tests.ml.builders import query
from tests.paths import ROOT

MODEL = "energy_forecast_seed"


def _champion(settings: Settings, model: str = MODEL) -> Version:
    champion = stored_registry(settings).champion(model)
    assert champion is not None
    return champion


def _successor(settings: Settings, *, content: bytes | None = None) -> Version:
    """Store a newer champion than the one there is, with the same file, or with `content`."""
    first = _champion(settings)
    kept = (settings.models_dir / first.artifact).read_bytes()
    sha256 = write_file(settings.models_dir, "newer.skops", kept if content is None else content)
    newer = replace(first, version=f"20990101-{first.digest}", artifact="newer.skops", sha256=sha256)
    since = first.created_at + timedelta(milliseconds=1)
    with open_warehouse(settings) as db:
        write_registry(db, [newer], [Alias(CHAMPION, MODEL, since, newer.version, "test", since)])
    assert _champion(settings) == newer
    return newer


def test_every_version_is_listed_with_its_role_reason_and_file(trained: Settings) -> None:
    (trained.models_dir / _champion(trained).artifact).unlink()
    rows = {row.model: row for row in list_versions(trained)}
    made = {model for task in TASKS if task.recipe in ("best", "seed") for model in task.makes}
    # All that this listener heard is measured, so there is nothing to complete.
    assert set(rows) == made - {*COMPLETION.values(), OTHERS}
    assert rows["valence_audio"].role == "champion"
    assert rows["valence_audio"].rule.startswith("first in use: beats the baseline by")
    assert rows["valence_audio"].file == "intact"
    assert "is missing" in rows[MODEL].file


def test_going_back_makes_the_champion_before_serve_and_can_be_seen(trained: Settings) -> None:
    first, newer = _champion(trained), _successor(trained)
    change = rollback(trained, TASKS, MODEL)
    assert (change.version, change.before) == (first.version, newer.version)
    assert _champion(trained) == first
    roles = {row.version: row.role for row in list_versions(trained, [MODEL])}
    assert roles == {first.version: "champion", newer.version: "left"}
    with pytest.raises(InputError, match="no champion before"):
        rollback(trained, TASKS, MODEL)


def test_an_equal_version_is_not_promoted_by_hand_either(trained: Settings) -> None:
    _, newer = _champion(trained), _successor(trained)
    rollback(trained, TASKS, MODEL)
    with pytest.raises(InputError, match=r"does not take over: kept: gain over the champion 0\.0%"):
        promote(trained, TASKS, MODEL, newer.version)


@pytest.mark.parametrize(
    ("model", "version", "error", "words"),
    [
        ("magic", "1", UsageError, "no model 'magic'"),
        (MODEL, "1", UsageError, "no version '1'"),
        ("daily_forecast", None, InputError, "is in use already"),
    ],
)
def test_what_cannot_be_promoted_is_refused_with_a_sentence(
    trained: Settings, model: str, version: str | None, error: type[SpotiflowError], words: str
) -> None:
    with pytest.raises(error, match=words):
        promote(trained, TASKS, model, version or _champion(trained, model).version)


def test_a_changed_file_is_not_promoted(trained: Settings) -> None:
    newer = _successor(trained)
    rollback(trained, TASKS, MODEL)
    (trained.models_dir / newer.artifact).write_bytes(b"changed")
    with pytest.raises(ModelFileError, match="was changed"):
        promote(trained, TASKS, MODEL, newer.version)


class Stranger:
    """What an attacker puts into a file."""


BAD_FILES = {
    "damaged": b"PK not a zip",
    "made by an attacker": skops.io.dumps({"format": 1, "estimator": Stranger()}),
    "of another version": skops.io.dumps({"format": 99}),
    "without its parts": skops.io.dumps({"format": 1, "target": "energy"}),
}


@pytest.mark.parametrize("content", BAD_FILES.values(), ids=BAD_FILES)
def test_an_unfit_champion_does_not_serve_and_the_last_good_one_does(
    trained: Settings, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    from spotiflow.ml.engine.versions import serving
    from spotiflow.ml.models.routed import RoutedModel

    first = _champion(trained)
    _successor(trained, content=content)
    found = serving(trained.models_dir, stored_registry(trained), MODEL, RoutedModel.from_state)
    assert found is not None
    assert found[0] == first
    assert "newer.skops" in caplog.text


def test_train_writes_down_that_the_last_good_champion_serves(trained: Settings) -> None:
    """Tables and the report name the champion by its alias, so a fallback has to stand there."""
    first, newer = _champion(trained), _successor(trained)
    (trained.models_dir / newer.artifact).unlink()
    train(trained, models=["mood_category"])
    assert _champion(trained) == newer
    train(trained, models=[MODEL])
    aliases = stored_registry(trained).aliases
    assert any(a.version == first.version and "the last good one is in use" in a.rule for a in aliases)


def test_training_again_reproduces_every_stored_metric(trained: Settings) -> None:
    chosen = chosen_tasks([MODEL, "daily_forecast", "energy_audio"], "best")
    found = verify(trained, chosen)
    assert all(one.holds for one in found), [one.differs for one in found]
    (stored,) = query(
        trained,
        "select count(*) from ml.model_metrics "
        "where model in ('energy_forecast_seed', 'daily_forecast', 'energy_audio', 'nearest_neighbour_leak') "
        "or (split = 'global_time' and model like '%_audio')",
    )
    assert sum(one.n_metrics for one in found) == stored[0]
    assert query(trained, "select count(*) from ml.model_versions where model = 'energy_audio'") == [(1,)]


def test_what_is_not_reproduced_is_named(trained: Settings, rows: pd.DataFrame) -> None:
    with open_warehouse(trained) as db:
        db.execute(
            f"update ml.model_metrics set value = value + 1e-5 where model = '{MODEL}' and metric = 'rmse'"
        )
        db.execute(
            "update ml.model_versions set code_version = '0+older', library_versions = "
            f"replace(library_versions, 'learn\": \"1', 'learn\": \"0') where model = '{MODEL}'"
        )
    found = next(one for one in verify(trained, chosen_tasks([MODEL], "best")) if one.model == MODEL)
    assert not found.holds
    text = "\n".join(found.differs)
    assert "code: 0+older became" in text
    assert "scikit-learn: 0" in text
    assert "catalogue artist_grouped_test rmse: value" in text
    assert found.worst == pytest.approx(1e-5)


def test_nothing_in_the_sources_can_unpickle() -> None:
    """Reading a pickle runs whatever its maker wants; so no module that does may appear."""
    forbidden = (
        "import pickle",
        "from pickle",
        "joblib",
        "cloudpickle",
        "import dill",
        "read_pickle",
        "to_pickle",
    )
    sources = [path for folder in ("spotiflow", "dbt_project") for path in (ROOT / folder).rglob("*.py")]
    assert len(sources) > 100
    for path in sources:
        text = path.read_text(encoding="utf-8")
        assert not [word for word in forbidden if word in text], path
        assert "allow_pickle=True" not in text, path


def test_every_version_has_a_card(trained: Settings) -> None:
    for version in stored_registry(trained).versions:
        card = Path(trained.models_dir / str(version.card)).read_text(encoding="utf-8")
        assert card.startswith(f"# {version.model} {version.version}")
        assert version.sha256 in card
