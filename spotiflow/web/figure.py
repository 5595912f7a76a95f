"""What a page is made of: figures with their numbers as a table, lists, tiles and paragraphs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup


@dataclass(frozen=True)
class Cell:
    """A cell of a table: the value as it is in gold, the text for it, and where it leads."""

    value: Any
    text: str
    href: str | None = None
    is_number: bool = False


@dataclass(frozen=True)
class Table:
    """Rows of cells under their headings; the same values that the drawing shows."""

    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    def values(self) -> list[list[Any]]:
        """Return the values alone, for a comparison."""
        return [[cell.value for cell in row] for row in self.rows]


@dataclass(frozen=True)
class Entry:
    """A place of a ranking; `change` says how it stands to the period before."""

    rank: int
    name: str
    by: str
    shown: str
    href: str | None
    change: str = ""
    bar: Markup = field(default_factory=Markup)


@dataclass(frozen=True)
class Figure:
    """One figure: what it shows, of how many, the drawing, its numbers, how to read it.

    key: its name on the page. note: n and the measured share, beside the heading. empty: why there is
    nothing, in the place of the drawing. about: how it is counted. is_wide: takes the whole width.
    tables: whether the table is the figure and stands open.
    """

    key: str
    title: str
    note: str = ""
    mark: Markup | Sequence[Markup] = ()
    table: Table | None = None
    entries: Sequence[Entry] = ()
    about: str = ""
    empty: str = ""
    is_wide: bool = False
    is_table: bool = False
    is_simulated: bool = False
    more: tuple[str, str] | None = None

    @property
    def marks(self) -> Sequence[Markup]:
        """The drawings, one or several."""
        if isinstance(self.mark, str):
            return [Markup(self.mark)] if self.mark else []  # noqa: S704 (markup already)
        return self.mark


@dataclass(frozen=True)
class Tile:
    """One large number: its text and label, how it stands to the period before, and its value."""

    key: str
    value: Any
    text: str
    label: str
    change: str = ""


@dataclass(frozen=True)
class Page:
    """A page: its question as the heading, and its figures in groups under small headings."""

    name: str
    title: str
    lead: str = ""
    tiles: Sequence[Tile] = ()
    groups: Sequence[tuple[str, Sequence[Figure]]] = ()
    has_period: bool = True
    has_unit: bool = False
    facts: Sequence[str] = ()
    links: Sequence[tuple[str, str]] = ()
    strip: Figure | None = None
    is_hero: bool = False

    @property
    def figures(self) -> list[Figure]:
        """All figures in the order of the page."""
        found = [figure for _, group in self.groups for figure in group]
        return [self.strip, *found] if self.strip else found
