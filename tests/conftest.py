"""Fixtures that several packages share: homes, the command line, and one demo warehouse per test run."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from spotiflow.core.settings import Settings, load_settings
from spotiflow.transform.outcome import BuildResult
from spotiflow.transform.runner import build
from tests.paths import ROOT

# Fixtures behind which stands a whole dbt build, a training or a process per command: what uses one is slow.
SLOW_FIXTURES = {
    "run_cli",
    "built",
    "demo_output",
    "studied",
    "rendered",
    "nodes",
    "small_warehouse",
    "trained_once",
}

# Where dbt looks for the project as an earlier run parsed it.
PARSED = "DBT_PARTIAL_PARSE_FILE_PATH"

RunCli = Callable[..., subprocess.CompletedProcess[str]]
BuildOnce = Callable[[str, Callable[[Path], object]], Path]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what uses a slow fixture, so that nobody has to think of it."""
    for item in items:
        if SLOW_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what the developer's shell sets out of the tests."""
    foreign = {"ALLOW_SYNTHETIC", "DBT_TARGET", "SPOTIFY_CLIENT_ID"}
    foreign |= {name for name in os.environ if name.startswith("SPOTIFLOW_") and name != "SPOTIFLOW_SHARED"}
    for name in foreign:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session", autouse=True)
def _parsed_once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[None]:
    """Let dbt read the project once for all homes, as it does for the second build of one home.

    A new home has nothing parsed yet, and parsing is a third of a small build. dbt itself sees whether what
    is kept fits: another project, other variables or another version are parsed anew.
    """
    base = tmp_path_factory.getbasetemp()
    place = (base if worker_id == "master" else base.parent) / "parsed.msgpack"
    # dbt asks for a file; an empty one is as good as none.
    place.touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PARSED, str(place))
        yield


def build_anew(settings: Settings) -> BuildResult:
    """Build a new home, and keep what dbt parsed for those that come after it."""
    result = build(settings)
    keep_parsed(settings.home, Path(os.environ[PARSED]))
    return result


def keep_parsed(home: Path, place: Path) -> None:
    """Keep what dbt parsed for a home at `place`, if nothing is there yet."""
    made = home / "target" / "partial_parse.msgpack"
    if made.exists() and not place.stat().st_size:
        own = place.with_name(f"{place.name}-{os.getpid()}")
        shutil.copy(made, own)
        own.replace(place)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an empty home that does not wait long for a lock."""
    return load_settings(home=tmp_path / "home", lock_wait_seconds=0.5, threads=2)


@pytest.fixture
def run_cli(tmp_path: Path) -> RunCli:
    """Run the installed command as a user would, in a process and home of its own."""
    return command_line(tmp_path / "home")


def command_line(home: Path) -> RunCli:
    """Return a function that runs `spotiflow ARGUMENTS` on that home and returns what it printed."""

    def run(*arguments: str | Path, check: bool = True, **extra: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"SPOTIFLOW_HOME": str(home), "COLUMNS": "100"} | extra
        words = [sys.executable, str(ROOT / "cli.py"), *map(str, arguments)]
        done = subprocess.run(
            words, capture_output=True, text=True, env=environment, stdin=subprocess.DEVNULL, check=False
        )
        if arguments == ("build",):
            keep_parsed(home, Path(os.environ[PARSED]))
        assert not check or done.returncode == 0, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stdout + done.stderr, done.stderr
        return done

    return run


@pytest.fixture(scope="session")
def build_once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> BuildOnce:
    """Return a function that makes a folder in a place all workers share, unless it is there."""
    base = tmp_path_factory.getbasetemp()

    def make_once(name: str, make: Callable[[Path], object]) -> Path:
        place = (base if worker_id == "master" else base.parent) / f"shared-{name}"
        place.mkdir(exist_ok=True)
        with (place / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (place / "done").exists():
                make(place / "home")
                (place / "done").touch()
        return place / "home"

    return make_once


@pytest.fixture(scope="session")
def demo_output(build_once: BuildOnce) -> tuple[Path, str]:
    """The home a real `spotiflow demo` made, and what it printed; made once for all workers."""

    def make(own: Path) -> None:
        guard = {
            "PYTHONPATH": str(ROOT / "tests" / "guard"),
            "SPOTIFLOW_TEST_NETWORK_LOG": str(own.with_name("network")),
        }
        done = command_line(own)("demo", **guard)
        keep_parsed(own.with_name("home-demo"), Path(os.environ[PARSED]))
        own.with_name("printed.txt").write_text(done.stdout, encoding="utf-8")

    own = build_once("demo", make)
    return own.with_name("home-demo"), own.with_name("printed.txt").read_text(encoding="utf-8")


@pytest.fixture
def demo_warehouse(demo_output: tuple[Path, str], tmp_path: Path) -> Settings:
    """A private copy of the demo's home, built and trained."""
    home = tmp_path / "demo-copy"
    shutil.copytree(demo_output[0], home)
    return load_settings(home=home, lock_wait_seconds=0.5)
