"""What starts the schedule with the machine: a systemd user unit, a launchd agent, or a line of cron."""

from __future__ import annotations

import plistlib
import shlex
import sys
from pathlib import Path

from spotiflow.core.errors import UsageError
from spotiflow.core.settings import Settings

KINDS = ("systemd", "launchd", "cron")
LABEL = "net.spotiflow.schedule"


def unit(settings: Settings, kind: str | None = None) -> str:
    """Return the text of one unit, by default the one for this system, with where it goes on top.

    Nothing in it is secret: login and addresses stay in the home. Raises UsageError for another kind.
    """
    kind = kind or ("launchd" if sys.platform == "darwin" else "systemd")
    if kind not in KINDS:
        raise UsageError(f"There is no unit for '{kind}'.", hint=f"Choose one of {', '.join(KINDS)}.")
    return {"systemd": _systemd, "launchd": _launchd, "cron": _cron}[kind](settings)


def command(settings: Settings, *words: str) -> list[str]:
    """Return the command line that runs this very installation on this home."""
    script = Path(sys.executable).with_name("spotiflow")
    start = [str(script)] if script.exists() else [sys.executable, "-P", "-m", "spotiflow"]
    return [*start, "--home", str(settings.home), *words]


def _systemd(settings: Settings) -> str:
    # % and $ mean something in a unit; quotes are as in a shell.
    words = " ".join(shlex.quote(word) for word in command(settings, "schedule"))
    return f"""\
# Save as ~/.config/systemd/user/spotiflow.service, then:
#   systemctl --user enable --now spotiflow
#   loginctl enable-linger        (to go on while you are logged out)
[Unit]
Description=spotiflow: polls, builds, trains and publishes
After=network-online.target

[Service]
ExecStart={words.replace("%", "%%").replace("$", "$$")}
Restart=on-failure
RestartSec=60
TimeoutStopSec=60
UMask=0077
Nice=10

[Install]
WantedBy=default.target
"""


def _launchd(settings: Settings) -> str:
    agent = {
        "Label": LABEL,
        "ProgramArguments": command(settings, "schedule"),
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": 60,
        "ExitTimeOut": 60,
        "ProcessType": "Background",
        "Umask": 0o077,
    }
    head, _, rest = plistlib.dumps(agent, sort_keys=False).decode().partition("\n")
    where = f"~/Library/LaunchAgents/{LABEL}.plist"
    return f"{head}\n<!-- Save as {where}, then: launchctl load {where} -->\n{rest}"


def _cron(settings: Settings) -> str:
    words = " ".join(shlex.quote(word) for word in command(settings, "run", "--json"))
    minutes = max(1, min(59, round(settings.schedule_poll_minutes))) if settings.schedule_poll_minutes else 30
    return f"""\
# Add with: crontab -e. A run does only what is due, so that often is fine.
*/{minutes} * * * * {words.replace("%", chr(92) + "%")} > /dev/null 2>&1
"""
