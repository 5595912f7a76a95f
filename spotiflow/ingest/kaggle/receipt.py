"""The receipt of a catalogue as a person sees it."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from spotiflow.ingest.kaggle.results import KaggleReceipt

_DONE = {
    "loaded": "loaded",
    "replaced": "loaded in place of the earlier one",
    "skipped": "is loaded already, skipped; --force loads it again",
}


def render(receipt: KaggleReceipt) -> RenderableType:
    """Return the receipt for the terminal."""
    kind = "a simulated catalogue" if receipt.is_simulated else "the Kaggle Spotify Tracks Dataset"
    title = Text(f"{receipt.file_name}  ", style="bold").append(
        f"{kind}: {_DONE[receipt.status]}", style="not bold"
    )
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for label, words in _lines(receipt):
        grid.add_row(label, Text(words))
    return Group(title, grid)


def _lines(receipt: KaggleReceipt) -> list[tuple[str, str]]:
    found = receipt.catalogue
    names = _count(found.without_names, "row", "without names")
    ids = _count(found.without_id, "row", "without id")
    return [
        ("rows", f"{found.rows:,} rows, {found.tracks:,} tracks, {found.genres:,} genres"),
        ("names", f"{names}, {ids}"),
        ("repeats", f"{found.duplicates:,} rows repeat an earlier row in every column"),
        ("missing", _listed(found.missing)),
        (
            "silent",
            f"{_count(found.silent, 'row', 'without a beat')} (tempo 0): rhythm values count as unknown",
        ),
        ("outliers", _listed(found.outliers)),
        *([("absent", f"columns {', '.join(receipt.absent)}")] if receipt.absent else []),
        ("rejected", _rejected(receipt)),
        (f"{receipt.seconds:.1f} s", "next: spotiflow build"),
    ]


def _rejected(receipt: KaggleReceipt) -> str:
    if not receipt.rejected:
        return "0"
    reasons = ", ".join(f"{n:,} {reason}" for reason, n in receipt.reasons.most_common())
    return f'{reasons}; see them: spotiflow sql "from rejected_rows"'


def _count(n: int, noun: str, rest: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'} {rest}"


def _listed(counts: dict[str, int]) -> str:
    if not counts:
        return "none"
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {n:,}" for name, n in ordered)
