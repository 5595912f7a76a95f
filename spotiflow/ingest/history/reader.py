"""What a reader of one source brings, so that the one importer of plays can do the rest."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import duckdb

from spotiflow.ingest.files.inputs import Wanted
from spotiflow.ingest.files.repair import Repair


@dataclass(frozen=True, kw_only=True)
class Form:
    """What the records of one file are.

    source: its name in `sources.py`. name: how receipts call the form. medium: `audio` or `video`.
    """

    source: str
    name: str
    medium: str = "audio"


AForm = TypeVar("AForm", bound=Form)


@dataclass(frozen=True)
class Choice:
    """Whose plays are read, and what of them is left out."""

    listener_id: str
    skip_private: bool = False
    keep_country: bool = True


class Reader(ABC, Generic[AForm]):
    """One way in: recognises its files and reads them into the temporary table `incoming`.

    kind: the kind of import, as `raw.ingest_runs` has it. what: what is read, while it is. wanted: what it
    takes, for the sentence about a path that is something else. example: a command that works. again: what to
    do about a file that cannot be read. privacy: what of its records is never stored.
    """

    kind: str
    what: str = "plays"
    wanted: Wanted
    example: str
    again: str = "Download it again and give it as it is."
    privacy: str = ""

    @abstractmethod
    def form_of(self, name: str, head: bytes) -> AForm | None:
        """Tell what a file is by its first bytes, its name where they say nothing; None: none of these."""

    @abstractmethod
    def read(self, db: duckdb.DuckDBPyConnection, path: Path, form: AForm, choice: Choice) -> Repair | None:
        """Fill `incoming` (see `incoming.py`): one row per record, with the reason where it is no play.

        Return what had to be mended in the file, if anything.
        """

    def issue(self, name: str, head: bytes) -> str | None:  # noqa: ARG002
        """Say what is wrong with a file that by its name should hold plays and does not."""
        return None

    def notes(self, sources: Set[str]) -> list[tuple[str, str]]:  # noqa: ARG002
        """Return what a person should know of files of these sources: a label and words each."""
        return []
