"""What a person sees of audio features that came in."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from spotiflow.ingest.features.results import FeatureReceipt, FetchReceipt
from spotiflow.ingest.history.receipts import remarks


def render_imported(receipt: FeatureReceipt) -> RenderableType:
    """Return the receipt of tables for the terminal."""
    total = receipt.total
    names = ", ".join(file.file_name for file in receipt.files[:3])
    more = f" and {len(receipt.files) - 3:,} more" if len(receipt.files) > 3 else ""
    sums = (
        f"{total.new:,} new + {total.changed:,} changed + {total.known:,} known + {total.rejected:,} rejected"
    )
    lines = [("adds up", f"{sums} = {total.read:,} rows")]
    if total.rejected:
        reasons = ", ".join(f"{n:,} {reason}" for reason, n in receipt.reasons.most_common(5))
        lines.append(("rejected", f'{reasons}; see them: spotiflow sql "from rejected_rows"'))
    if receipt.left_out:
        left_out = ", ".join(f"{n:,} times {reason}" for reason, n in receipt.left_out.most_common(5))
        lines.append(("left out", f"{left_out}; the other values of these tracks were kept"))
    lines += [("problem", problem) for problem in receipt.problems]
    lines.append(("measured", receipt.coverage.sentence))
    lines.append((f"{receipt.seconds:.1f} s", "next: spotiflow build"))
    title = Text(f"{names}{more}  ", style="bold").append("audio features", style="not bold")
    return Group(title, remarks(lines))


def render_fetched(receipt: FetchReceipt) -> RenderableType:
    """Return what ReccoBeats gave for the terminal."""
    unusable = f" ({receipt.unusable:,} with values no feature can have)" if receipt.unusable else ""
    lines = [
        (
            "asked",
            f"{receipt.wanted - receipt.left:,} tracks, {receipt.calls:,} calls; {receipt.left:,} left",
        ),
        ("found", f"{receipt.found_by_id:,} by id, {receipt.found_by_isrc:,} by ISRC"),
        ("missing", f"{receipt.missing:,}{unusable}; asked again after 90 days"),
    ]
    if receipt.coverage:
        lines.append(("measured", receipt.coverage.sentence))
    lines.append(("sent", "ids and ISRCs of tracks, nothing else; features are ReccoBeats' (reccobeats.com)"))
    lines.append((f"{receipt.seconds:.1f} s", "next: spotiflow build"))
    title = Text("ReccoBeats  ", style="bold").append("audio features", style="not bold")
    return Group(title, remarks(lines))
