"""What a stage of the line is, and what a run tells each of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spotiflow.core.settings import Settings

Show = Callable[[Any], None]


@dataclass
class Job:
    """One run of the line: whose, on what, and where its words go. `show` prints a stage's result.

    changed: names of the stages that did something in this run; later stages may ask.
    """

    settings: Settings
    show: Show
    paths: Sequence[Path] = ()
    listener: str | None = None
    time_zone: str | None = None
    changed: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Done:
    """What a stage did, in words for the run log.

    is_partial: not all could be done, as `detail` says. is_idle: there was nothing to do after all.
    inputs: digest of what was worked on. error: what stood in the way of the part that is not done.
    """

    detail: str
    is_partial: bool = False
    is_idle: bool = False
    inputs: str | None = None
    error: BaseException | None = None


@dataclass(frozen=True)
class Stage:
    """One stage of the line.

    name: as --only and --from know it. what: the sentence for help and documentation.
    cadence: which clock of the schedule it follows: poll, build, train or publish.
    not_due: why it can be left out now, None when it has to run; it reads, and changes nothing.
    run: does it. Raises SpotiflowError; `pipeline.faults` says what such an error means for the run.
    """

    name: str
    what: str
    cadence: str
    not_due: Callable[[Job], str | None]
    run: Callable[[Job], Done]
