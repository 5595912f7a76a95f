"""What a fault of a stage means for the run: the one table that documentation and tests follow."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from spotiflow.core.errors import (
    ApiError,
    BuildError,
    HomeError,
    InputError,
    LoginNeededError,
    SpotiflowError,
    StillFailingError,
    WaitError,
    WarehouseBusyError,
    WarehouseError,
)
from spotiflow.core.interruption import Terminated
from spotiflow.publish.postgres_errors import PostgresError

EVERY = "every"


class Then(StrEnum):
    """What the run does after a fault."""

    GO_ON = "go on"
    STOP = "stop"


@dataclass(frozen=True)
class Rule:
    """One row of the table: in `stage`, `error` (whose cause is `fault`) is tried so many times, and then ...

    attempts: 0 where the stage was left out because of it.
    exit_code: what this fault alone ends the run with; of several faults, see `exit_code_of`.
    """

    stage: str
    fault: str
    error: type[BaseException]
    attempts: int
    then: Then
    exit_code: int
    why: str


# The first row that fits decides. Retrying is left to where another attempt can end differently.
RULES = (
    Rule(
        "spotify", "the login has ended", LoginNeededError, 1, Then.GO_ON, 3,
        "Only a person can log in; what earlier polls left in the inbox is stored all the same.",
    ),
    Rule(
        "spotify", "a rate limit or the daily quota", WaitError, 1, Then.GO_ON, 4,
        "Short limits are waited for inside the poll; a long one is remembered and obeyed by later runs.",
    ),
    Rule(
        "spotify", "Spotify is out of order or cannot be reached", ApiError, 1, Then.GO_ON, 1,
        "The poll itself has asked four times already; the next poll gets the same 50 plays.",
    ),
    Rule(
        "files", "a file that is nothing spotiflow knows, or a source that is not there", InputError,
        1, Then.GO_ON, 1,
        "The other files are taken in; this one is looked at again only when it has changed.",
    ),
    Rule(
        "build", "a data test failed last time, and rows, models and settings are the same",
        StillFailingError, 0, Then.GO_ON, 1,
        "It would only fail again, so nothing is built; spotiflow build does it all the same.",
    ),
    Rule(
        "rebuild", "a data test failed last time, and its figures of models are the same too",
        StillFailingError, 0, Then.GO_ON, 1,
        "As in build.",
    ),
    Rule(
        "build", "a data test fails, or a model cannot be built", BuildError, 1, Then.GO_ON, 1,
        "The same data would fail again. The last good tables stay, and the later stages work on them.",
    ),
    Rule(
        "publish", "PostgreSQL cannot be reached", PostgresError, 3, Then.GO_ON, 1,
        "A server that starts again answers soon; its tables are as they were, and the next run publishes.",
    ),
    Rule(
        EVERY, "another process holds the warehouse", WarehouseBusyError, 3, Then.STOP, 1,
        "Each attempt waits for the file; polled plays are in the inbox, and the next run does the rest.",
    ),
    Rule(
        EVERY, "the disk is full, or the warehouse file is damaged or of a newer spotiflow", WarehouseError,
        1, Then.STOP, 1,
        "No later stage could store anything; what was stored before stays.",
    ),
    Rule(
        EVERY, "the home folder cannot be read or written", HomeError, 1, Then.STOP, 1,
        "No later stage could store anything.",
    ),
    Rule(
        EVERY, "Ctrl+C", KeyboardInterrupt, 1, Then.STOP, 130,
        "The stage's transaction is undone; the next run does it again.",
    ),
    Rule(
        EVERY, "SIGTERM", Terminated, 1, Then.STOP, 143,
        "As Ctrl+C.",
    ),
    Rule(
        EVERY, "any other error with a sentence", SpotiflowError, 1, Then.GO_ON, 1,
        "The other stages do not depend on it, or work on what was there before.",
    ),
    Rule(
        EVERY, "something nobody thought of", Exception, 1, Then.GO_ON, 1,
        "The log file has the traceback; the other stages are done.",
    ),
)  # fmt: skip


def rule_for(stage: str, error: BaseException) -> Rule:
    """Return the row that decides: the first for this stage, or for every stage, that fits the error."""
    fitting = [rule for rule in RULES if rule.stage in (stage, EVERY) and isinstance(error, rule.error)]
    exact = [rule for rule in fitting if rule.error is type(error)]
    return (exact or fitting)[0]


def exit_code_of(codes: list[int]) -> int:
    """Return what a run ends with: an interruption, else a failure, else a login, else a wait, else 0."""
    worst = (143, 130, 1, 3, 4)
    return next((code for code in worst if code in codes), 0)
