"""Runs stages in a process of their own: what they take up is given back, and no crash of theirs is ours."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import Any

from spotiflow.core.console import log
from spotiflow.core.json_text import parse_json
from spotiflow.core.settings import Settings
from spotiflow.pipeline.alerts import review

# -P: a file of the folder somebody stands in must not stand in for one of ours or of Python's.
COMMAND = (sys.executable, "-P", "-m", "spotiflow")
# A stage that has not ended by then hangs, whatever it waits for.
LONGEST_SECONDS = 3 * 3600.0
# Time to end in order after SIGTERM before the process is killed, which loses nothing that was stored.
GRACE_SECONDS = 30.0


class Launcher:
    """Starts `spotiflow run --only ...` for the schedule, waits for it, and can stop all that run."""

    def __init__(self, settings: Settings) -> None:
        """Remember whose home it is."""
        self._settings = settings
        self._running: set[subprocess.Popen[str]] = set()
        self._lock = threading.Lock()
        self._is_stopped = False

    def __call__(self, name: str, stages: Sequence[str]) -> dict[str, Any]:
        """Run stages and return what `run --json` printed; of a crash, its exit code alone."""
        words = [*COMMAND, "run", "--json"]
        words += [word for stage in stages for word in ("--only", stage)]
        with self._lock:
            if self._is_stopped:
                return {"exit_code": 143, "stages": []}
            process = subprocess.Popen(  # noqa: S603 (our own command line)
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                env=os.environ | {"SPOTIFLOW_HOME": str(self._settings.home)},
                start_new_session=True,
            )
            self._running.add(process)
        try:
            return self._judge(name, *self._wait(process))
        finally:
            self._running.discard(process)

    def stop(self) -> None:
        """End what runs, in order where it can, and start nothing any more."""
        with self._lock:
            self._is_stopped = True
        for process in list(self._running):
            _end(process)

    def _wait(self, process: subprocess.Popen[str]) -> tuple[int, str]:
        try:
            printed, _ = process.communicate(timeout=LONGEST_SECONDS)
        except subprocess.TimeoutExpired:
            _end(process)
            printed, _ = process.communicate()
        return process.returncode, printed

    def _judge(self, name: str, code: int, printed: str) -> dict[str, Any]:
        """Read the summary; a process that left none has crashed, and a person is told of it."""
        cause = f"crash:{name}"
        try:
            summary = parse_json(printed)
        except ValueError:
            summary = {}
        if isinstance(summary, dict) and "exit_code" in summary:
            review(self._settings, {}, [cause])
            return {"stages": []} | summary
        if not self._is_stopped:
            log.error("%s ended with code %d and without a summary", name, code)
            words = f"{name} crashed (code {code}); the log file has what it did: spotiflow logs"
            review(self._settings, {cause: words}, [cause])
        return {"exit_code": code, "stages": []}


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
