"""One exception tree. Every error says what was found and what was expected; its hint says what to do.

SpotiflowError            exit 1  the command failed
├── InputError                    a file or value a person gave cannot be used
├── NotFoundError                 something the command needs does not exist yet
├── HomeError                     the home folder cannot be made, read or written
├── WarehouseBusyError            another process holds the warehouse file
├── WarehouseError                the warehouse file cannot be used
│   ├── DamagedLogError           its write-ahead log cannot be replayed; the file itself is good
│   └── OutdatedError             it has to be brought forward first, which the door of a command does
├── BuildError                    dbt could not build a model
│   └── DataTestError             a data test failed; nothing else did
│       └── StillFailingError     one failed last time, and nothing it looks at has changed
├── ApiError                      Spotify refused a call, or could not be reached
├── ModelFileError                a stored model is missing, damaged or not trusted
├── UsageError            exit 2  the command line itself is wrong
├── LoginNeededError      exit 3  Spotify wants a login
└── WaitError             exit 4  a rate limit or quota: try again later
"""

from __future__ import annotations

from collections.abc import Mapping


class SpotiflowError(Exception):
    """Base of all errors a user can meet.

    `message` is one sentence: what was found and what was expected. `hint` is one sentence: what to do.
    """

    exit_code = 1

    def __init__(self, message: str, *, hint: str) -> None:
        """Keep the sentence and the hint apart, so that each output can show both."""
        super().__init__(message)
        self.message = message
        self.hint = hint

    def to_dict(self) -> dict[str, str | int]:
        """Return the error as `--json` prints it."""
        return {"error": self.message, "hint": self.hint, "exit_code": self.exit_code}


class InputError(SpotiflowError):
    """A file or value a person gave cannot be used."""


class NotFoundError(SpotiflowError):
    """Something the command needs does not exist yet."""


class HomeError(SpotiflowError):
    """The home folder cannot be made, read or written."""


class WarehouseBusyError(SpotiflowError):
    """Another process holds the warehouse file."""


class WarehouseError(SpotiflowError):
    """The warehouse file cannot be used: damaged, from a newer spotiflow, or no space is left."""


class DamagedLogError(WarehouseError):
    """The log beside the warehouse is damaged: what was stored last cannot be read."""


class OutdatedError(WarehouseError):
    """The warehouse is of an older spotiflow and has to be brought forward before anything writes to it."""


class BuildError(SpotiflowError):
    """A dbt model could not be built, or a data test failed."""


class DataTestError(BuildError):
    """Data tests failed, and nothing else did: the same inputs would fail again.

    `inputs` are the digests of what was built from (`core.built_inputs`), empty where only a part was built.
    """

    inputs: Mapping[str, str] = {}


class StillFailingError(DataTestError):
    """A data test failed last time, and nothing that it looks at has changed: it was not tried again."""


class ApiError(SpotiflowError):
    """Spotify refused a call, or could not be reached. `status` is its answer's, None without an answer."""

    def __init__(self, message: str, *, hint: str, status: int | None = None) -> None:
        """Keep the status: a caller may live without what was refused."""
        super().__init__(message, hint=hint)
        self.status = status


class ModelFileError(SpotiflowError):
    """A stored model is missing, damaged or holds types that are not trusted."""


class UsageError(SpotiflowError):
    """The command line itself is wrong."""

    exit_code = 2


class LoginNeededError(SpotiflowError):
    """Spotify wants a login."""

    exit_code = 3


class WaitError(SpotiflowError):
    """A rate limit or quota: the same command works later."""

    exit_code = 4
