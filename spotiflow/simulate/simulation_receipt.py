"""What a simulation did, for people and for programs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from spotiflow.ingest.history.receipts import remarks
from spotiflow.simulate.life import Span


@dataclass(frozen=True)
class CatalogueUsed:
    """The music the simulated listeners chose from; is_new: it was simulated for them just now."""

    tracks: int
    is_simulated: bool
    is_new: bool


@dataclass(frozen=True)
class SimulationReceipt:
    """What a simulation did.

    names: all listeners asked for; known: how many of them were there already. counts: what is new
    (listeners, rows, plays of the length that counts, sessions, effects) and the milliseconds it took.
    """

    span: Span
    names: tuple[str, ...]
    known: int
    counts: Counter[str]
    catalogue: CatalogueUsed
    seconds: float

    @property
    def last_date(self) -> date:
        """Last simulated day, local."""
        return self.span.first + timedelta(days=self.span.days - 1)

    @property
    def rows_per_second(self) -> float | None:
        """Rows simulated and stored in a second, without making the catalogue; None where nothing was new."""
        seconds = self.counts["milliseconds"] / 1000
        return self.counts["rows"] / seconds if seconds else None

    def to_dict(self) -> dict[str, Any]:
        """Return the receipt as `--json` prints it."""
        rate = self.rows_per_second
        return {
            "is_simulated": True,
            "seed": self.span.seed,
            "effect": self.span.effect,
            "first_date": self.span.first.isoformat(),
            "last_date": self.last_date.isoformat(),
            "days": self.span.days,
            "listeners": list(self.names),
            "listeners_new": self.counts["listeners"],
            "listeners_known": self.known,
            "rows": self.counts["rows"],
            "plays": self.counts["plays"],
            "sessions": self.counts["sessions"],
            "planted_effects": self.counts["effects"],
            "catalogue_tracks": self.catalogue.tracks,
            "catalogue_is_simulated": self.catalogue.is_simulated,
            "catalogue_is_new": self.catalogue.is_new,
            "seconds": round(self.seconds, 3),
            "rows_per_second": round(rate) if rate else None,
        }


def render(receipt: SimulationReceipt) -> RenderableType:
    """Return the receipt for the terminal."""
    new, names = receipt.counts, receipt.names
    lines = [
        ("listeners", f"{new['listeners']:,} new, {receipt.known:,} known: {_between(names)}"),
        ("days", f"{receipt.span.days:,} each, {receipt.span.first} to {receipt.last_date}"),
        ("rows", f"{new['rows']:,} in {new['sessions']:,} sessions; {new['plays']:,} count as plays"),
        ("catalogue", _catalogue(receipt.catalogue)),
        ("effects", _effects(receipt)),
    ]
    if receipt.rows_per_second:
        lines.append(("rate", f"{receipt.rows_per_second:,.0f} rows a second"))
    lines.append(("remove", "spotiflow forget --simulated"))
    lines.append((f"{receipt.seconds:.1f} s", "next: spotiflow build"))
    title = Text("SIMULATED listening", style="bold").append(
        f"  seed {receipt.span.seed}, {receipt.span.effect}: none of these people exists", style="not bold"
    )
    return Group(title, remarks(lines))


def _between(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"


def _catalogue(used: CatalogueUsed) -> str:
    if not used.is_simulated:
        return f"the loaded one, {used.tracks:,} tracks"
    made = "simulated just now" if used.is_new else "the simulated one that was there"
    return f"{made}, {used.tracks:,} tracks that do not exist"


def _effects(receipt: SimulationReceipt) -> str:
    if receipt.span.effect == "none":
        return "none: what plays does not depend on hour, day or date, nor on the play before"
    n = receipt.counts["effects"]
    return f'{n:,} planted, with dates; see them: spotiflow sql "from simulated_effects"'
