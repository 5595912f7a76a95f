"""The list of deliberate faults, and how one is planted in a copy of the project."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIST = Path(__file__).with_name("faults.toml")


@dataclass(frozen=True)
class Fault:
    """`find` in `file` of the dbt project becomes `put`, and `test` has to turn red.

    `test` is the name of a model, whose unit tests they are, or a test of pytest as it writes them.
    """

    name: str
    file: str
    find: str
    put: str
    test: str

    @property
    def is_in_model(self) -> bool:
        """Whether only the unit tests of one model can notice it."""
        return self.file.startswith("models/") and not self.is_for_pytest

    @property
    def is_for_pytest(self) -> bool:
        """Whether pytest runs its test, not dbt."""
        return "::" in self.test

    def plant(self, project: Path) -> None:
        """Write it into that copy of the dbt project; raises ValueError unless the text stands there once."""
        path = project / self.file
        text = path.read_text(encoding="utf-8")
        if text.count(self.find) != 1:
            raise ValueError(f"{self.name}: its text stands {text.count(self.find)} times in {self.file}")
        path.write_text(text.replace(self.find, self.put), encoding="utf-8")


def read_faults() -> list[Fault]:
    """Return the faults in the order of the list."""
    return [Fault(**entry) for entry in tomllib.loads(LIST.read_text(encoding="utf-8"))["fault"]]


def rounds(faults: Sequence[Fault]) -> Iterator[list[Fault]]:
    """Yield which faults may stand in the project together: unit tests see one model only, macros many."""
    waiting = [fault for fault in faults if fault.is_in_model]
    while waiting:
        chosen = {fault.test: fault for fault in reversed(waiting)}
        yield list(chosen.values())
        waiting = [fault for fault in waiting if fault not in chosen.values()]
    yield from ([fault] for fault in faults if not fault.is_in_model and not fault.is_for_pytest)
