"""`logs/dbt.log` in the home: what dbt says of its steps, line by line.

dbt's own log makes a line of every event, twenty for a model, and only then looks whether its level is wanted.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from spotiflow.core.console import log_file
from spotiflow.core.settings import Settings

KEPT = ("info", "warn", "error")


@contextmanager
def dbt_log(settings: Settings) -> Iterator[Callable[[Any], None]]:
    """Yield what writes an event of dbt to its log, for the time of one run."""
    with closing(log_file(settings, "dbt.log")) as handler:

        def keep(event: Any) -> None:
            if event.info.level in KEPT:
                line = {"name": "dbt", "levelname": event.info.level.upper(), "msg": event.info.msg}
                handler.handle(logging.makeLogRecord(line))

        yield keep
