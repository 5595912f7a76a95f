from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from spotiflow.core.console import start_log
from spotiflow.core.errors import InputError
from spotiflow.core.settings import Settings
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.run_log import (
    record_stage,
    run_of_stages,
    store_run,
    utc_now,
)


def stage_rows(settings: Settings) -> list[tuple[str, str, str | None]]:
    with open_warehouse(settings, read_only=True) as db:
        return db.execute("select stage, status, detail from stage_runs order by started_at").fetchall()


def test_a_stage_is_written_down_with_its_end(settings: Settings) -> None:
    with record_stage(settings, "build") as stage:
        stage.detail = "56 models"
    assert stage_rows(settings) == [("build", "ok", "56 models")]


def test_a_failed_stage_is_written_down_and_goes_on_failing(settings: Settings) -> None:
    with open_warehouse(settings):
        pass
    with pytest.raises(InputError), record_stage(settings, "build"):
        raise InputError("found a goat", hint="bring a sheep")
    with pytest.raises(ZeroDivisionError), record_stage(settings, "train"):
        _ = 1 / 0
    assert stage_rows(settings) == [
        ("build", "failed", "found a goat"),
        ("train", "failed", "ZeroDivisionError"),
    ]


def test_a_failure_before_there_is_a_file_does_not_make_one(settings: Settings) -> None:
    with pytest.raises(InputError), record_stage(settings, "build"):
        raise InputError("found nothing", hint="bring something")
    assert not settings.database_path.exists()


def test_the_log_is_private_and_has_the_stages(settings: Settings) -> None:
    with open_warehouse(settings):
        pass
    start_log(settings)
    with record_stage(settings, "build") as stage:
        stage.detail = "3 models"
    path = settings.logs_dir / "spotiflow.log"
    assert "build done" in path.read_text()
    assert path.stat().st_mode & 0o077 == 0


def test_what_a_wrong_clock_wrote_is_not_the_last_for_years(settings: Settings) -> None:
    def run(detail: str) -> None:
        with run_of_stages() as run_id:
            with record_stage(settings, "train") as stage:
                stage.detail = detail
            store_run(settings, run_id, "run", utc_now(), ("ok", 0, detail))

    for detail, days in (("of the future", 4_000), ("of now", 0), ("of an hour ahead", 1 / 24)):
        with time_machine.travel(datetime.now(UTC) + timedelta(days=days), tick=False):
            run(detail)
    assert stage_rows(settings) == [("train", "ok", "of now"), ("train", "ok", "of an hour ahead")]
    run("of now again")
    with open_warehouse(settings, read_only=True) as db:
        assert db.execute("select count(*) from raw.runs").fetchall() == [(3,)]
