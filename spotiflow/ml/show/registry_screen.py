"""What `train --list` and `train --verify` print."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from spotiflow.ml.registry.manage import INTACT, VersionRow
from spotiflow.ml.registry.verify import TOLERANCE, Verified

SHOWN_DIFFERENCES = 5


def render_versions(rows: Sequence[VersionRow]) -> RenderableType:
    """Lay out all versions: role, when made, and why it has that role or what is wrong with its file."""
    if not rows:
        return Text("No models yet. Train them: spotiflow train")
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for name in ("model", "version", "role"):
        table.add_column(name, no_wrap=True)
    table.add_column("why")
    for row in rows:
        why = row.rule if row.file == INTACT else row.file
        why += "; learned from Spotify's Web API too" if row.has_web_api_content else ""
        table.add_row(row.model, row.version, row.role, why)
    legend = (
        "champion: in use; before: would be used where the champion's file is unfit; left: rolled back from"
    )
    return Group(table, Text(legend, style="dim"))


def render_verified(found: Sequence[Verified]) -> RenderableType:
    """Lay out what came out the same, and name what did not."""
    if not found:
        return Text("No stored figures to verify. Train first: spotiflow train")
    parts: list[RenderableType] = []
    for one in found:
        if one.holds:
            parts.append(
                Text(f"{one.model} {one.version}: {one.n_metrics} metrics reproduced to {TOLERANCE:g}")
            )
            continue
        parts.append(Text(f"{one.model} {one.version} is not reproduced:"))
        parts += [Text(f"  {text}") for text in one.differs[:SHOWN_DIFFERENCES]]
        if len(one.differs) > SHOWN_DIFFERENCES:
            parts.append(Text(f"  and {len(one.differs) - SHOWN_DIFFERENCES} more"))
    return Group(*parts)
