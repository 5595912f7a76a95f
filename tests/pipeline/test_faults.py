"""The table of faults: every row is shown in the documentation and happens as it says."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from spotiflow.core.errors import BuildError, DataTestError
from spotiflow.core.interruption import end_in_order
from spotiflow.core.settings import Settings
from spotiflow.pipeline.faults import (
    RULES,
    Rule,
    Then,
    exit_code_of,
)
from spotiflow.pipeline.results import RunResult
from spotiflow.pipeline.run import choose, run_line
from spotiflow.pipeline.stage import Done, Job, Stage
from spotiflow.pipeline.stages import LINE
from spotiflow.publish.postgres_errors import PostgresError
from spotiflow.transform.fingerprints import as_one, current_inputs
from spotiflow.warehouse.database import open_warehouse, prepare_home
from spotiflow.warehouse.run_log import record_stage
from tests.fakes import spotify_faults as f
from tests.fakes.spotify import FakeSpotify
from tests.ingest.spotify.conftest import expire_access, log_in
from tests.ingest.spotify.test_faults import RECENT
from tests.ingest.spotify.test_spool import held
from tests.paths import ROOT

PAGE = (ROOT / "docs" / "automation.md").read_text(encoding="utf-8")
AFTER = Stage(
    "after", "comes after the stage with the fault", "build", lambda _: None, lambda _: Done("done")
)
Cause = Callable[[Settings, FakeSpotify, ExitStack], tuple[Settings, tuple[Stage, ...]]]


def stages(*names: str) -> tuple[Stage, ...]:
    return (*choose(names), AFTER)


def broken(error: Callable[[], object], name: str = "files") -> tuple[Stage, ...]:
    """Return a line whose first stage does something that goes wrong."""

    def run(_: Job) -> Done:
        error()
        return Done("done")

    return Stage(name, "goes wrong", "build", lambda _: None, run), AFTER


def raising(error: BaseException) -> Callable[[], object]:
    def throw() -> object:
        raise error

    return throw


def the_login_has_ended(
    settings: Settings, spotify: FakeSpotify, _: ExitStack
) -> tuple[Settings, tuple[Stage, ...]]:
    expire_access(settings)
    spotify.fail("/api/token", f.ENDED)
    return settings, stages("spotify")


def a_quota(settings: Settings, spotify: FakeSpotify, _: ExitStack) -> tuple[Settings, tuple[Stage, ...]]:
    spotify.fail(RECENT, f.QUOTA_LONG)
    return settings, stages("spotify")


def out_of_order(
    settings: Settings, spotify: FakeSpotify, _: ExitStack
) -> tuple[Settings, tuple[Stage, ...]]:
    spotify.fail(RECENT, *[f.BROKEN_503] * 4)
    return settings, stages("spotify")


def a_strange_file(settings: Settings, _: FakeSpotify, __: ExitStack) -> tuple[Settings, tuple[Stage, ...]]:
    path = settings.inbox_dir / "notes.txt"
    path.write_text("nothing of it")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    return settings, stages("files")


def a_broken_model(settings: Settings, _: FakeSpotify, __: ExitStack) -> tuple[Settings, tuple[Stage, ...]]:
    return settings, broken(raising(BuildError("the data test x failed", hint="look")), "build")


def failed_before(stage: str) -> Cause:
    """Return a cause: the run log remembers that a data test failed on what is there now."""

    def cause(settings: Settings, _: FakeSpotify, __: ExitStack) -> tuple[Settings, tuple[Stage, ...]]:
        with open_warehouse(settings) as db:
            db.execute("insert into ml.track_embeddings values ('t', [1], 'm', 'v', '2026-01-01')")
            inputs = as_one(current_inputs(db, settings))
        with suppress(DataTestError), record_stage(settings, stage) as record:
            record.inputs = inputs
            raise DataTestError("The data test x failed.", hint="look")
        return settings, stages(stage)

    return cause


def no_server(settings: Settings, _: FakeSpotify, __: ExitStack) -> tuple[Settings, tuple[Stage, ...]]:
    return settings, broken(raising(PostgresError("no server", hint="start it")), "publish")


def a_reader(settings: Settings, _: FakeSpotify, stack: ExitStack) -> tuple[Settings, tuple[Stage, ...]]:
    (settings.inbox_dir / "notes.txt").write_text("nothing of it")
    stack.enter_context(held(settings))
    return settings, stages("files")


def a_damaged_file(settings: Settings, _: FakeSpotify, __: ExitStack) -> tuple[Settings, tuple[Stage, ...]]:
    settings.database_path.write_bytes(b"no database" * 1000)
    return settings, stages("build")


def no_rights(settings: Settings, _: FakeSpotify, __: ExitStack) -> tuple[Settings, tuple[Stage, ...]]:
    from spotiflow.core.errors import HomeError

    return settings, broken(raising(HomeError("cannot be written", hint="chmod")))


def ctrl_c(settings: Settings, _: FakeSpotify, __: ExitStack) -> tuple[Settings, tuple[Stage, ...]]:
    return settings, broken(lambda: os.kill(os.getpid(), signal.SIGINT))


def sigterm(settings: Settings, _: FakeSpotify, __: ExitStack) -> tuple[Settings, tuple[Stage, ...]]:
    return settings, broken(lambda: os.kill(os.getpid(), signal.SIGTERM))


def another_error(settings: Settings, _: FakeSpotify, __: ExitStack) -> tuple[Settings, tuple[Stage, ...]]:
    unknown = replace(settings, sources=())
    from spotiflow.core.errors import NotFoundError

    return unknown, broken(raising(NotFoundError("no such thing", hint="make one")))


def a_bug(settings: Settings, _: FakeSpotify, __: ExitStack) -> tuple[Settings, tuple[Stage, ...]]:
    return settings, broken(lambda: 1 // 0)


CAUSES: dict[str, Cause] = {
    "the login has ended": the_login_has_ended,
    "a rate limit or the daily quota": a_quota,
    "Spotify is out of order or cannot be reached": out_of_order,
    "a file that is nothing spotiflow knows, or a source that is not there": a_strange_file,
    "a data test failed last time, and rows, models and settings are the same": failed_before("build"),
    "a data test failed last time, and its figures of models are the same too": failed_before("rebuild"),
    "a data test fails, or a model cannot be built": a_broken_model,
    "PostgreSQL cannot be reached": no_server,
    "another process holds the warehouse": a_reader,
    "the disk is full, or the warehouse file is damaged or of a newer spotiflow": a_damaged_file,
    "the home folder cannot be read or written": no_rights,
    "Ctrl+C": ctrl_c,
    "SIGTERM": sigterm,
    "any other error with a sentence": another_error,
    "something nobody thought of": a_bug,
}


@contextmanager
def own_signals() -> Iterator[None]:
    """Take signals as `spotiflow run` takes them, and give the handlers back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    end_in_order()
    try:
        yield
    finally:
        end_in_order()  # Forgets what was received.
        for number, handler in before.items():
            signal.signal(number, handler)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.stage}: {rule.fault}")
def test_every_row_happens_as_it_says(rule: Rule, settings: Settings, spotify: FakeSpotify) -> None:
    prepare_home(settings)
    with open_warehouse(settings):
        pass
    log_in(settings, spotify)
    with ExitStack() as stack:
        stack.enter_context(own_signals())
        chosen, line = CAUSES[rule.fault](replace(settings, retry_seconds=0.001), spotify, stack)
        result: RunResult = run_line(Job(chosen, lambda _: None), line)
    outcome = result.stages[0]
    assert (outcome.exit_code, outcome.attempts) == (rule.exit_code, rule.attempts)
    assert result.exit_code == rule.exit_code
    assert (result.left_out == ["after"]) is (rule.then is Then.STOP)
    assert outcome.detail
    assert (outcome.status == "skipped") is (rule.attempts == 0)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.stage}: {rule.fault}")
def test_every_row_is_in_the_documentation(rule: Rule) -> None:
    row = f"| {rule.stage} | {rule.fault} | {rule.attempts} | {rule.then} | {rule.exit_code} | {rule.why} |"
    assert row in PAGE.splitlines()


@pytest.mark.parametrize("stage", LINE, ids=lambda stage: stage.name)
def test_every_stage_is_in_the_documentation(stage: Stage) -> None:
    [row] = [line for line in PAGE.splitlines() if line.startswith(f"| `{stage.name}` | {stage.what} |")]
    assert row.endswith(f"| {stage.cadence} |")


def test_of_several_faults_the_worst_decides() -> None:
    assert [exit_code_of(codes) for codes in ([], [0, 4], [4, 3], [3, 1, 4], [1, 143])] == [0, 4, 3, 1, 143]


def test_a_failed_stage_is_in_the_run_log(settings: Settings) -> None:
    with open_warehouse(settings):
        pass
    run_line(Job(settings, lambda _: None), broken(lambda: 1 // 0))
    with duckdb.connect(str(settings.database_path), read_only=True) as db:
        assert db.execute("select status, exit_code, detail from raw.runs").fetchall() == [
            ("partial", 1, "files failed, after ok")
        ]
        stages_of_run = "select stage, status, detail from raw.stage_runs order by started_at"
        assert db.execute(stages_of_run).fetchall() == [
            ("files", "failed", "ZeroDivisionError"),
            ("after", "ok", "done"),
        ]
    assert Path(settings.home / "alerts.json").exists()
