"""The stage `publish` of a run: only when set, only with new tables, and each target by itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from spotiflow.core.errors import SpotiflowError
from spotiflow.core.settings import Settings, load_settings
from spotiflow.pipeline.faults import rule_for
from spotiflow.pipeline.run import run_line
from spotiflow.pipeline.stage import Job
from spotiflow.pipeline.stages import LINE
from spotiflow.publish.postgres_errors import PostgresError
from spotiflow.warehouse.run_log import record_stage
from tests.publish.conftest import filled

PUBLISH = tuple(stage for stage in LINE if stage.name == "publish")
NOBODY = "postgresql://127.0.0.1:1/music"

__all__ = ["filled"]


def run(settings: Settings) -> tuple[str, str]:
    """Run the stage alone; return how it ended and its words."""
    (outcome,) = run_line(Job(settings, show=lambda _: None), PUBLISH).stages
    return outcome.status, outcome.detail


@pytest.fixture
def built(filled: Settings) -> Settings:
    with record_stage(filled, "build"):
        pass
    return replace(filled, retry_seconds=0.0)


def test_without_a_target_it_says_what_to_set(built: Settings) -> None:
    status, words = run(built)
    assert status == "skipped"
    assert "publish_parquet" in words


def test_it_publishes_once_for_each_build(built: Settings, tmp_path: Path) -> None:
    settings = replace(built, publish_parquet=str(tmp_path / "out"), publish_csv=str(tmp_path / "csv"))
    assert run(settings)[0] == "ok"
    assert (tmp_path / "out" / "silver" / "plays").is_dir()
    assert run(settings) == ("skipped", "the tables are as they were published")
    with record_stage(settings, "rebuild"):
        pass
    assert run(settings)[0] == "ok"
    assert run(replace(settings, publish_csv=str(tmp_path / "elsewhere")))[0] == "ok"


def test_one_target_that_fails_keeps_no_table_from_the_others(built: Settings, tmp_path: Path) -> None:
    settings = replace(built, publish_parquet=str(tmp_path / "out"), publish_postgres=NOBODY)
    status, words = run(settings)
    assert status == "partial"
    assert "PostgreSQL cannot be used" in words
    assert (tmp_path / "out" / "gold").is_dir()
    assert run(settings)[0] == "partial", "what failed is tried again by the next run"


def test_where_every_target_fails_it_is_tried_three_times(built: Settings) -> None:
    outcome = run_line(Job(replace(built, publish_postgres=NOBODY), show=lambda _: None), PUBLISH).stages[0]
    assert (outcome.status, outcome.attempts, outcome.exit_code) == ("failed", 3, 1)
    assert rule_for("publish", PostgresError("", hint="")).error is PostgresError


def test_settings_of_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SPOTIFLOW_PUBLISH_POSTGRES", " env ")
    from spotiflow.pipeline.publishing import targets

    assert list(targets(load_settings(home=tmp_path))) == [("postgres", None)]


def test_an_address_with_a_password_never_leaves_the_message(built: Settings) -> None:
    settings: Any = replace(built, publish_postgres="postgresql://me:secret@localhost/db")
    status, words = run(settings)
    assert status == "failed"
    assert "secret" not in words
    assert issubclass(PostgresError, SpotiflowError)
