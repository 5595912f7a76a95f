"""The receipt of an import as a person sees it."""

from __future__ import annotations

from rich.console import Group, RenderableType

from ingest.receipt_parts import counts_table, headline, known_of, reasons_of, remarks, sum_of, troubles_of
from ingest.results import HistoryReceipt

_SOURCES = {"extended": "Spotify extended history", "account": "Spotify account data"}
ACCOUNT_ADVICE = (
    "the account package has one year, to the minute, without ids; the Extended streaming history has "
    "everything: ask for it at Spotify's privacy page, it takes up to 30 days"
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
    if total.kept:
        plays, short = receipt.summed("plays"), receipt.summed("short")
        limit = receipt.min_play_seconds
        lines.append(("kept", f"{plays:,} count as plays (>= {limit} s), {short:,} shorter ones kept apart"))
    if total.rejected:
        lines.append(("rejected", reasons_of(receipt)))
    lines += troubles_of(receipt)
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


def _privacy(receipt: HistoryReceipt) -> str:
    private, skipped = receipt.summed("private"), receipt.total.skipped
    words = "ip address, user agent, user name and place not stored"
    words += f"; {private:,} private-session rows flagged" if private else ""
    return words + (f"; {skipped:,} private-session rows left out" if skipped else "")
