"""A thousand generated rows that are wrong or odd: what becomes of each, and counts that add up."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

import pytest

from spotiflow.core.settings import load_settings
from spotiflow.ingest.exports import import_exports
from spotiflow.ingest.history.receipts import render
from spotiflow.ingest.history.results import HistoryReceipt
from spotiflow.warehouse.database import open_warehouse
from tests.ingest import builders as b
from tests.ingest.grid import letters, texts, times
from tests.ingest.grid.cases import CLASSES, Case
from tests.ingest.test_receipts import printed

LEAST_CASES = 40
CASES: dict[str, list[Case]] = {name: list(make()) for name, make in CLASSES.items()}
COLUMNS = (
    *("track_name", "artist_name", "album_name", "track_id", "content_uri", "content_type", "ms_played"),
    *("ended_at", "started_at", "started_at_source", "duration_ms", "country", "shuffle", "skipped"),
    "is_private_session",
)


@dataclass(frozen=True)
class Imported:
    """One import of all classes: its receipt, and what is stored by file and row."""

    receipt: HistoryReceipt
    again: HistoryReceipt
    kept: dict[tuple[str, int], dict[str, Any]]
    rejected: dict[tuple[str, int], str]
    content: bytes


def marked(case: Case, row_number: int, class_number: int) -> str:
    """Return the record with its row number as platform, and unlike the records of other classes."""
    text = case.text.replace('"platform": "ios"', f'"platform": "{row_number}"')
    return text.replace('"ms_played": 180', f'"ms_played": {200 + class_number}')


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    folder = tmp_path_factory.mktemp("bad-rows")
    for place, (name, cases) in enumerate(CASES.items()):
        lines = ",\n".join(marked(case, number, place) for number, case in enumerate(cases, 1))
        # Each file starts like an export, whatever the cases are.
        first = json.dumps(b.play(9999, platform="first", ms_played=place))
        b.write(folder / "given" / f"endsong_{name}.json", f"[{first},\n{lines}]".encode())
    settings = load_settings(home=folder / "home", threads=1)
    receipt = import_exports(settings, [folder / "given"])
    again = import_exports(settings, [folder / "given"])
    with open_warehouse(settings, read_only=True) as db:
        stored = db.execute(
            f"select file_name, platform, {', '.join(COLUMNS)} from raw.listening_history where run_id = ?",
            [receipt.run_id],
        ).fetchall()
        rejected = db.execute(
            "select file_name, row_number, reason from raw.rejected_rows where run_id = ?", [receipt.run_id]
        ).fetchall()
    kept = {
        (row[0], int(row[1])): dict(zip(COLUMNS, row[2:], strict=True)) for row in stored if row[1] != "first"
    }
    reasons = {(name, number - 1): reason for name, number, reason in rejected}
    return Imported(receipt, again, kept, reasons, settings.database_path.read_bytes())


def as_stored(value: object) -> object:
    """Return a text without controls and what Unicode calls no character, a space for breaks, 2,000 at most."""
    if not isinstance(value, str):
        return value
    spaced = re.sub(r"[\t\r\n]+", " ", value)
    clean = "".join(letter for letter in spaced if not is_odd(letter))[:2000]
    return value if clean == value else clean.strip() or None


def is_odd(letter: str) -> bool:
    number = ord(letter)
    return unicodedata.category(letter) == "Cc" or number & 0xFFFE == 0xFFFE or 0xFDD0 <= number <= 0xFDEF


@pytest.mark.parametrize("name", CASES)
def test_every_row_has_the_outcome_it_should(imported: Imported, name: str) -> None:
    file = f"endsong_{name}.json"
    wrong = []
    for number, case in enumerate(CASES[name], 1):
        row = imported.kept.get((file, number))
        reason = imported.rejected.get((file, number))
        found = {column: row[column] for column in case.stored} if row else None
        expected = {column: as_stored(value) for column, value in case.stored.items()}
        if (reason, found) != (case.reason, None if case.reason else expected):
            wrong.append(f"{case.text[:300]}\n{case.reason or expected}\n{reason or found}")
    assert not wrong, "\n".join(wrong)
    assert len(CASES[name]) >= LEAST_CASES


def test_the_classes_are_those_of_these_modules() -> None:
    assert {make.__module__ for make in CLASSES.values()} == {
        module.__name__ for module in (letters, texts, times)
    }
    assert len(CASES) >= 25


def test_counts_add_up_and_twice_adds_nothing(imported: Imported) -> None:
    receipt, again = imported.receipt, imported.again
    assert all(file.counts.adds_up for file in receipt.files)
    assert receipt.total.read == sum(map(len, CASES.values())) + len(CASES)
    n_rejected = sum(case.reason is not None for cases in CASES.values() for case in cases)
    assert receipt.total.rejected == len(imported.rejected) == n_rejected
    assert receipt.total.known == 0
    assert again.total.stored == 0
    assert again.total.rejected == receipt.total.rejected
    assert "adds up" in printed(render(receipt, per_file=True), 80)


def test_no_private_value_is_in_the_file(imported: Imported) -> None:
    assert b.PRIVATE_VALUES[0].encode() not in imported.content
