"""The receipt of an import as a person sees it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ingest.exports.results import Counts, ExportReceipt, PackageReceipt

FILES_SHOWN = 3
_TITLES = {"podcast": "podcast", "audiobook": "audiob.", "video": "video", "skipped": "private"}
_SOURCES = {"extended": "Spotify extended history", "account": "Spotify account data"}
ACCOUNT_ADVICE = (
    "the account package has one year, to the minute, without ids; the Extended streaming history has "
    "everything: ask for it at Spotify's privacy page, it takes up to 30 days"
)


def render(receipt: ExportReceipt, *, per_file: bool = False) -> RenderableType:
    """Return the receipt for the terminal; `per_file` lists every file."""
    headlines = [_headline(package) for package in receipt.packages]
    return Group(*headlines, _table(receipt, per_file=per_file), _remarks(receipt))


def _headline(package: PackageReceipt) -> Text:
    parts = []
    for source in sorted(package.sources):
        forms = {form for of, form in package.forms if of == source and form != "empty"}
        n_files = sum(n for (of, _), n in package.forms.items() if of == source)
        known = f" ({', '.join(sorted(forms))})" if forms else ""
        parts.append(f"{_SOURCES[source]}{known}, {n_files:,} {'file' if n_files == 1 else 'files'}")
    left = f"; not read: {_listed(package.not_read)}" if package.not_read else ""
    return Text(f"{package.name}  ", style="bold").append(" + ".join(parts) + left, style="not bold")


def _table(receipt: ExportReceipt, *, per_file: bool) -> Table:
    total = receipt.total
    shown = ["read", "kept", "known", *[name for name in _TITLES if getattr(total, name)], "rejected"]
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("file", overflow="ellipsis", no_wrap=True)
    for name in shown:
        table.add_column(_TITLES.get(name, name), justify="right", no_wrap=True)
    files = receipt.files if per_file else receipt.files[:FILES_SHOWN]
    for file in files:
        table.add_row(Text(_short_name(file.file_name)), *_numbers(file.counts, shown))
    if len(files) < len(receipt.files):
        table.add_row(f".. {len(receipt.files) - len(files):,} more: --per-file")
    table.add_row("total", *_numbers(total, shown), style="bold")
    return table


def _numbers(counts: Counts, shown: Iterable[str]) -> list[str]:
    return [f"{getattr(counts, name):,}" for name in shown]


def _short_name(name: str) -> str:
    return PurePosixPath(name).name.removeprefix("Streaming_History_")


def _remarks(receipt: ExportReceipt) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for label, words in _lines(receipt):
        grid.add_row(label, Text(words))
    return grid


def _lines(receipt: ExportReceipt) -> list[tuple[str, str]]:
    total = receipt.total
    lines = [("adds up", _sum(total))]
    if total.known:
        twice = receipt.summed("known_twice")
        lines.append(
            (
                "known",
                f"{total.known:,} = {total.known - twice:,} from earlier imports + {twice:,} twice here",
            )
        )
    if total.kept:
        plays, short = receipt.summed("plays"), receipt.summed("short")
        limit = receipt.min_play_seconds
        lines.append(("kept", f"{plays:,} count as plays (>= {limit} s), {short:,} shorter ones kept apart"))
    if total.rejected:
        reasons = ", ".join(f"{n:,} {reason}" for reason, n in receipt.reasons.most_common())
        lines.append(("rejected", f'{reasons}; see them: spotiflow sql "from rejected_rows"'))
    lines += [("problem", problem) for problem in receipt.problems]
    lines += [("note", f"{file.file_name} was {file.note}") for file in receipt.files if file.note]
    lines.append(("privacy", _privacy(receipt)))
    if receipt.covered:
        first, last = receipt.covered
        lines.append(("covers", f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"))
    if receipt.time_zone:
        lines.append(("zone", f"local times are of {receipt.time_zone}; another: --time-zone ZONE"))
    if not any("extended" in package.sources for package in receipt.packages):
        lines.append(("account", ACCOUNT_ADVICE))
    lines.append((f"{receipt.seconds:.1f} s", "next: spotiflow build"))
    return lines


def _sum(total: Counts) -> str:
    parts = [f"{n:,}" for n in total.parts.values() if n] or ["0"]
    sign = "=" if total.adds_up else "is not"
    return f"{' + '.join(parts)} {sign} {total.read:,}"


def _privacy(receipt: ExportReceipt) -> str:
    private, skipped = receipt.summed("private"), receipt.total.skipped
    words = "ip address, user agent, user name and place not stored"
    words += f"; {private:,} private-session rows flagged" if private else ""
    return words + (f"; {skipped:,} private-session rows left out" if skipped else "")


def _listed(counter: Counter[str]) -> str:
    return ", ".join(f"{n:,} {what}" for what, n in sorted(counter.items()))
