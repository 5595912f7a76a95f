"""The receipt of an import as a person sees it."""

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
from spotiflow.ingest.history.whose import Strange

_SOURCES = {"extended": "Spotify extended history", "account": "Spotify account data"}
_WEAKER = {"account": "plays of account data", "api": "polled plays"}
ACCOUNT_ADVICE = (
    "the account package has one year, to the minute, without ids; the Extended streaming history has "
    "everything: ask for it at Spotify's privacy page, it takes up to 30 days"
)


def render(receipt: HistoryReceipt, *, per_file: bool = False) -> RenderableType:
    """Return the receipt for the terminal; `per_file` lists every file."""
    headlines = [headline(package, _SOURCES) for package in receipt.packages]
    return Group(*headlines, counts_table(receipt, per_file=per_file), remarks(_lines(receipt)))


def _kept(receipt: HistoryReceipt) -> str:
    limit = f">= {receipt.min_play_seconds} s"
    if receipt.min_play_share:
        limit += f"; build also asks for {receipt.min_play_share:.0%} of the track"
    plays, short = receipt.summed("plays"), receipt.summed("short")
    return f"{plays:,} count as plays ({limit}), {short:,} shorter ones kept apart"


def _lines(receipt: HistoryReceipt) -> list[tuple[str, str]]:
    total = receipt.total
    lines = [("adds up", sum_of(total))]
    if total.known:
        lines.append(("known", known_of(receipt)))
    if total.kept:
        lines.append(("kept", _kept(receipt)))
    if total.rejected:
        lines.append(("rejected", reasons_of(receipt)))
    lines += troubles_of(receipt)
    lines += _beside_others(receipt)
    lines.append(("privacy", _privacy(receipt)))
    if receipt.covered:
        lines.append(("covers", _covers(receipt)))
    if receipt.time_zone:
        lines.append(("zone", f"local times are of {receipt.time_zone}; another: --time-zone ZONE"))
    if not any("extended" in package.sources for package in receipt.packages):
        lines.append(("account", ACCOUNT_ADVICE))
    lines.append((f"{receipt.seconds:.1f} s", "next: spotiflow build"))
    return lines


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
        " and ".join(f"{n:,} {_WEAKER[source]}" for source, n in counts) + " by fuller rows of the same time"
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
    words = "ip address, user agent, user name and place not stored"
    words += f"; {private:,} private-session rows flagged" if private else ""
    return words + (f"; {skipped:,} private-session rows left out" if skipped else "")
