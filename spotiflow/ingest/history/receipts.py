"""The receipt of an import of plays as a person sees it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from spotiflow.ingest.history.results import Counts, HistoryReceipt, PackageReceipt
from spotiflow.ingest.history.sources import SOURCES
from spotiflow.ingest.history.whose import Strange

_FILES_SHOWN = 3
_TITLES = {"podcast": "podcast", "audiobook": "audiob.", "video": "video", "skipped": "private"}


def render(receipt: HistoryReceipt, *, per_file: bool = False) -> RenderableType:
    """Return the receipt for the terminal; `per_file` lists every file."""
    headlines = [_headline(package) for package in receipt.packages]
    return Group(*headlines, _counts_table(receipt, per_file=per_file), remarks(_lines(receipt)))


def _lines(receipt: HistoryReceipt) -> list[tuple[str, str]]:
    total = receipt.total
    lines = [("adds up", _sum_of(total))]
    if total.known:
        lines.append(("known", _known_of(receipt)))
    if total.kept and _tells_lengths(receipt):
        lines.append(("kept", _kept(receipt)))
    if total.rejected:
        lines.append(("rejected", _reasons_of(receipt)))
    lines += _troubles_of(receipt)
    lines += _beside_others(receipt)
    if receipt.privacy:
        lines.append(("privacy", _privacy(receipt)))
    if receipt.covered:
        lines.append(("covers", _covers(receipt)))
    if receipt.time_zone:
        lines.append(("zone", f"local times are of {receipt.time_zone}; another: --time-zone ZONE"))
    lines += receipt.notes
    lines.append((f"{receipt.seconds:.1f} s", "next: spotiflow build"))
    return lines


def _headline(package: PackageReceipt) -> Text:
    """Return what one path held."""
    parts = []
    for source in sorted(package.sources):
        forms = {form for of, form in package.forms if of == source and form != "empty"}
        n_files = sum(n for (of, _), n in package.forms.items() if of == source)
        known = f" ({', '.join(sorted(forms))})" if forms else ""
        parts.append(f"{SOURCES[source].title}{known}, {n_files:,} {'file' if n_files == 1 else 'files'}")
    left = f"; not read: {_listed(package.not_read)}" if package.not_read else ""
    return Text(f"{package.name}  ", style="bold").append(" + ".join(parts) + left, style="not bold")


def _counts_table(receipt: HistoryReceipt, *, per_file: bool) -> Table:
    """Return what became of the rows, file by file or of the first files, and in total."""
    total = receipt.total
    shown = ["read", "kept", "known", *[name for name in _TITLES if getattr(total, name)], "rejected"]
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("file", overflow="ellipsis", no_wrap=True)
    for name in shown:
        table.add_column(_TITLES.get(name, name), justify="right", no_wrap=True)
    files = receipt.files if per_file else receipt.files[:_FILES_SHOWN]
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


def _sum_of(total: Counts) -> str:
    """Return the sum that proves that every row has an outcome."""
    parts = [f"{n:,}" for n in total.parts.values() if n] or ["0"]
    sign = "=" if total.adds_up else "is not"
    return f"{' + '.join(parts)} {sign} {total.read:,}"


def _known_of(receipt: HistoryReceipt) -> str:
    """Return from where rows were known."""
    known, twice = receipt.total.known, receipt.summed("known_twice")
    return f"{known:,} = {known - twice:,} from earlier imports + {twice:,} twice here"


def _reasons_of(receipt: HistoryReceipt) -> str:
    """Return why rows were rejected."""
    reasons = ", ".join(f"{n:,} {reason}" for reason, n in receipt.reasons.most_common())
    return f'{reasons}; see them: spotiflow sql "from rejected_rows"'


def _troubles_of(receipt: HistoryReceipt) -> list[tuple[str, str]]:
    """Return the lines about files that could not be read as they are."""
    lines = [("problem", problem) for problem in receipt.problems]
    return lines + [("note", f"{file.file_name} was {file.note}") for file in receipt.files if file.note]


def _listed(counter: Counter[str]) -> str:
    """Return counted things in one line."""
    return ", ".join(f"{n:,} {what}" for what, n in sorted(counter.items()))


def _tells_lengths(receipt: HistoryReceipt) -> bool:
    return any(SOURCES[source].tells_lengths for package in receipt.packages for source in package.sources)


def _kept(receipt: HistoryReceipt) -> str:
    limit = f">= {receipt.min_play_seconds} s"
    if receipt.min_play_share:
        limit += f"; build also asks for {receipt.min_play_share:.0%} of the track"
    plays, short = receipt.summed("plays"), receipt.summed("short")
    return f"{plays:,} count as plays ({limit}), {short:,} shorter ones kept apart"


def _beside_others(receipt: HistoryReceipt) -> list[tuple[str, str]]:
    """Return what the import means for the history that was there."""
    lines = []
    if receipt.after.replaced:
        lines.append(("replaced", _replaced(receipt)))
    if receipt.after.strange:
        lines.append(("whose?", _whose(receipt.after.strange, receipt.listener_id)))
    return lines


def _replaced(receipt: HistoryReceipt) -> str:
    counts = sorted(receipt.after.replaced.items())
    return (
        " and ".join(f"{n:,} {SOURCES[source].plays}" for source, n in counts)
        + " by fuller rows of the same time"
    )


def _whose(strange: Strange, listener: str) -> str:
    return (
        f"of {strange.days:,} days that earlier exports tell of, this one has {strange.new:,} plays that "
        f"those do not know, and {strange.known:,} that they do: if it is somebody else's, go back with "
        f"spotiflow restore, or spotiflow forget {listener}, and import it with --listener NAME"
    )


def _covers(receipt: HistoryReceipt) -> str:
    first, last = receipt.covered or (None, None)
    closed, still_open = receipt.after.closed_gaps, receipt.after.open_gaps
    parts = [f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"]
    if closed:
        parts.append(f"closed {closed:,} {'gap' if closed == 1 else 'gaps'}")
    if still_open:
        start, end = still_open[-1]
        until = f" to {end:%Y-%m-%d %H:%M}" if end else ""
        latest = "" if len(still_open) == 1 else "the latest "
        parts.append(f"{len(still_open):,} open ({latest}{start:%Y-%m-%d %H:%M}{until} UTC)")
    return f"{parts[0]}; {', '.join(parts[1:])}" if parts[1:] else parts[0]


def _privacy(receipt: HistoryReceipt) -> str:
    private, skipped = receipt.summed("private"), receipt.total.skipped
    words = receipt.privacy
    words += f"; {private:,} private-session rows flagged" if private else ""
    return words + (f"; {skipped:,} private-session rows left out" if skipped else "")
