"""The receipt of scrobbles as a person sees it."""

from __future__ import annotations

from rich.console import Group, RenderableType

from spotiflow.ingest.history.receipts import (
    counts_table,
    headline,
    known_of,
    reasons_of,
    remarks,
    sum_of,
    troubles_of,
)
from spotiflow.ingest.history.results import HistoryReceipt

_SOURCES = {"lastfm": "Last.fm", "listenbrainz": "ListenBrainz"}
ADVICE = (
    "scrobbles know when a song was played, not for how long; a play that Spotify's own history tells of too "
    "counts once, one of another player stays"
)


def render(receipt: HistoryReceipt, *, per_file: bool = False) -> RenderableType:
    """Return the receipt for the terminal; `per_file` lists every file."""
    headlines = [headline(package, _SOURCES) for package in receipt.packages]
    return Group(*headlines, counts_table(receipt, per_file=per_file), remarks(_lines(receipt)))


def _lines(receipt: HistoryReceipt) -> list[tuple[str, str]]:
    total = receipt.total
    lines = [("adds up", sum_of(total))]
    if total.known:
        lines.append(("known", known_of(receipt)))
    if total.rejected:
        lines.append(("rejected", reasons_of(receipt)))
    lines += troubles_of(receipt)
    if receipt.covered:
        first, last = receipt.covered
        lines.append(("covers", f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"))
    if receipt.time_zone:
        lines.append(("zone", f"local times are of {receipt.time_zone}; another: --time-zone ZONE"))
    lines.append(("note", ADVICE))
    lines.append((f"{receipt.seconds:.1f} s", "next: spotiflow build"))
    return lines
