"""Alerts: what a person has to know, told once per cause and again only after it had been over.

What is open stands in `alerts.json` in the home, which also works while the warehouse is held or broken.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass

from spotiflow.core.console import log
from spotiflow.core.files import locked, write_private
from spotiflow.core.json_text import parse_json
from spotiflow.core.redaction import redact
from spotiflow.core.settings import Settings
from spotiflow.pipeline.alert_delivery import tell
from spotiflow.warehouse.run_log import utc_now


@dataclass
class Alert:
    """Something that is wrong. cause: which, such as stage:build. since, told_at: UTC in ISO 8601.

    told_at is None until `on_alert` has taken it.
    """

    cause: str
    message: str
    since: str
    told_at: str | None = None


def open_alerts(settings: Settings) -> list[Alert]:
    """Return what is wrong now, oldest first; a damaged file counts as none."""
    try:
        stored = parse_json((settings.home / "alerts.json").read_text(encoding="utf-8"))
        return sorted((Alert(**one) for one in stored), key=lambda alert: alert.since)
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError) as error:
        log.error("alerts.json cannot be read (%s) and is made again", type(error).__name__)
        return []


def review(settings: Settings, found: Mapping[str, str], judged: Collection[str]) -> list[Alert]:
    """Open what was found, close what is over, tell what is new; returns what is open afterwards.

    found: message per cause. judged: beginnings of the causes that were looked at, such as `gap:`; a cause
    under one of them that was not found is over. Never raises for what cannot be told or stored.
    """
    try:
        with locked(settings.home / "alerts.lock"):
            return _review(settings, found, judged)
    except OSError as error:
        log.error("alerts cannot be kept: %s", error.strerror)
        return []


def _review(settings: Settings, found: Mapping[str, str], judged: Collection[str]) -> list[Alert]:
    before = open_alerts(settings)
    is_open = {alert.cause: alert for alert in before}
    for cause in list(is_open):
        if cause not in found and cause.startswith(tuple(judged)):
            log.info("over: %s", is_open.pop(cause).message)
    for cause, message in found.items():
        message = redact(message)
        if cause in is_open:
            is_open[cause].message = message
            continue
        log.warning("alert: %s", message)
        is_open[cause] = Alert(cause, message, utc_now().isoformat())
    for alert in is_open.values():
        if alert.told_at is None and tell(settings, alert.cause, alert.message, alert.since):
            alert.told_at = utc_now().isoformat()
    alerts = sorted(is_open.values(), key=lambda alert: alert.since)
    if alerts or before:
        write_private(
            settings.home / "alerts.json", json.dumps([asdict(alert) for alert in alerts], indent=1)
        )
    return alerts
