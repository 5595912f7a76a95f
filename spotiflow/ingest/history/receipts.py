"""Parts that the receipts of all imports of plays share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from rich.table import Table
from rich.text import Text

from spotiflow.ingest.history.results import Counts, HistoryReceipt, PackageReceipt

FILES_SHOWN = 3
_TITLES = {"podcast": "podcast", "audiobook": "audiob.", "video": "video", "skipped": "private"}


def headline(package: PackageReceipt, names: Mapping[str, str]) -> Text:
    """Return what one path held; `names` says how to call its sources."""
    parts = []
    for source in sorted(package.sources):
        forms = {form for of, form in package.forms if of == source and form != "empty"}
        n_files = sum(n for (of, _), n in package.forms.items() if of == source)
        known = f" ({', '.join(sorted(forms))})" if forms else ""
        parts.append(f"{names[source]}{known}, {n_files:,} {'file' if n_files == 1 else 'files'}")
    left = f"; not read: {listed(package.not_read)}" if package.not_read else ""
    return Text(f"{package.name}  ", style="bold").append(" + ".join(parts) + left, style="not bold")


def counts_table(receipt: HistoryReceipt, *, per_file: bool) -> Table:
    """Return what became of the rows, file by file or of the first files, and in total."""
    total = receipt.total
    shown = ["read", "kept", "known", *[name for name in _TITLES if getattr(total, name)], "rejected"]
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("file", overflow="ellipsis", no_wrap=True)
    for name in shown:
        table.add_column(_TITLES.get(name, name), justify="right", no_wrap=True)
    files = receipt.files if per_file else receipt.files[:FILES_SHOWN]
    short = Counter(_short_name(file.file_name) for file in receipt.files)
    for file in files:
        name = _short_name(file.file_name)
        table.add_row(Text(name if short[name] == 1 else file.file_name), *_numbers(file.counts, shown))
    if len(files) < len(receipt.files):
        table.add_row(f".. {len(receipt.files) - len(files):,} more: --per-file")
    table.add_row("total", *_numbers(total, shown), style="bold")
    return table


def _numbers(counts: Counts, shown: Iterable[str]) -> list[str]:
    return [f"{getattr(counts, name):,}" for name in shown]


def _short_name(name: str) -> str:
    return PurePosixPath(name).name.removeprefix("Streaming_History_")


def remarks(lines: Iterable[tuple[str, str]]) -> Table:
    """Return lines of a label and words each, in two columns."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for label, words in lines:
        grid.add_row(label, Text(words))
    return grid


def sum_of(total: Counts) -> str:
    """Return the sum that proves that every row has an outcome."""
    parts = [f"{n:,}" for n in total.parts.values() if n] or ["0"]
    sign = "=" if total.adds_up else "is not"
    return f"{' + '.join(parts)} {sign} {total.read:,}"


def known_of(receipt: HistoryReceipt) -> str:
    """Return from where rows were known."""
    known, twice = receipt.total.known, receipt.summed("known_twice")
    return f"{known:,} = {known - twice:,} from earlier imports + {twice:,} twice here"


def reasons_of(receipt: HistoryReceipt) -> str:
    """Return why rows were rejected."""
    reasons = ", ".join(f"{n:,} {reason}" for reason, n in receipt.reasons.most_common())
    return f'{reasons}; see them: spotiflow sql "from rejected_rows"'


def troubles_of(receipt: HistoryReceipt) -> list[tuple[str, str]]:
    """Return the lines about files that could not be read as they are."""
    lines = [("problem", problem) for problem in receipt.problems]
    return lines + [("note", f"{file.file_name} was {file.note}") for file in receipt.files if file.note]


def listed(counter: Counter[str]) -> str:
    """Return counted things in one line."""
    return ", ".join(f"{n:,} {what}" for what, n in sorted(counter.items()))
