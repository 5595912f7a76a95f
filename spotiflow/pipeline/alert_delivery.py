"""How an alert reaches a person: through the one command or webhook that `on_alert` names."""

from __future__ import annotations

import os
import subprocess

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

    try:
        reply = requests.post(address, json=body, timeout=TIMEOUT_SECONDS, allow_redirects=False)
    except requests.RequestException as error:
        log.error("the webhook of on_alert was not reached (%s)", type(error).__name__)
        return False
    if reply.status_code >= 300:
        log.error("the webhook of on_alert answered with status %d", reply.status_code)
    return reply.status_code < 300


def _run(command: str, message: str, cause: str) -> bool:
    environment = os.environ | {"SPOTIFLOW_ALERT": message, "SPOTIFLOW_ALERT_CAUSE": cause}
    try:
        done = subprocess.run(  # noqa: S602 (the person's own line of shell, from their own config.toml)
            command,
            shell=True,
            input=f"{message}\n",
            text=True,
            env=environment,
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        log.error("the command of on_alert did not end well (%s)", type(error).__name__)
        return False
    if done.returncode:
        log.error("the command of on_alert ended with code %d", done.returncode)
    return done.returncode == 0
