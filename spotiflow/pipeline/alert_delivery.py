"""How an alert reaches a person: through the one command or webhook that `on_alert` names."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress

from spotiflow.core.console import log
from spotiflow.core.settings import Settings

TIMEOUT_SECONDS = 20
TITLE = "spotiflow"


def tell(settings: Settings, cause: str, message: str, since: str) -> bool:
    """Hand one alert to `on_alert` and return whether it was taken; without one nobody is told.

    A webhook gets JSON, a command the message in SPOTIFLOW_ALERT and on standard input. Neither the address
    nor the command is ever logged: they may hold a secret.
    """
    target = settings.on_alert
    if not target:
        return False
    if target.startswith(("http://", "https://")):
        return _post(
            target, {"title": TITLE, "text": message, "content": message, "cause": cause, "since": since}
        )
    return _run(target, message, cause)


def _post(address: str, body: dict[str, str]) -> bool:
    import requests

    from spotiflow.ingest.http import within

    try:
        status = within(TIMEOUT_SECONDS, lambda: _status_of(address, body))
    except requests.RequestException as error:
        log.error("the webhook of on_alert was not reached (%s)", type(error).__name__)
        return False
    if status >= 300:
        log.error("the webhook of on_alert answered with status %d", status)
    return status < 300


def _status_of(address: str, body: dict[str, str]) -> int:
    """Hand over the message; what the answer says beyond its status is not read."""
    import requests

    with requests.post(
        address, json=body, timeout=TIMEOUT_SECONDS, allow_redirects=False, stream=True
    ) as reply:
        return int(reply.status_code)


def _run(command: str, message: str, cause: str) -> bool:
    environment = os.environ | {"SPOTIFLOW_ALERT": message, "SPOTIFLOW_ALERT_CAUSE": cause}
    try:
        code = _exit_code(command, f"{message}\n", environment)
    except (OSError, subprocess.TimeoutExpired) as error:
        log.error("the command of on_alert did not end well (%s)", type(error).__name__)
        return False
    if code:
        log.error("the command of on_alert ended with code %d", code)
    return code == 0


def _exit_code(command: str, message: str, environment: dict[str, str]) -> int:
    """Run the person's own line of shell; what it prints is nobody's, and what it starts ends with it."""
    with subprocess.Popen(  # noqa: S602 (from their own config.toml)
        command,
        shell=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
        start_new_session=True,
    ) as process:
        try:
            process.communicate(message, timeout=TIMEOUT_SECONDS)
        except BaseException:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
        return process.returncode
