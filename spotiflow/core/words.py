"""How values become text: numbers, dates, shares, and names that come from outside."""

from __future__ import annotations

from datetime import date, datetime

from rich.cells import cell_len, set_cell_size

from spotiflow.core.safe_text import safe

UNKNOWN = "-"
# A space at which no line is broken; printed as a plain one.
NO_BREAK = "\u00a0"
# Cells that a name may take within a sentence.
LONGEST_NAME = 26


def clean(text: object) -> str:
    """Return text fit for one line of a terminal: no control characters, no line breaks."""
    return " ".join(safe(str(text), " ").split())


def encodable(text: str, encoding: str) -> str:
    """Return the text with `?` for what the terminal's encoding does not have."""
    return text if encoding.startswith("utf") else text.encode(encoding, "replace").decode(encoding)


def fit(text: object, width: int, ellipsis: str = "…") -> str:
    """Return the cleaned text in exactly `width` cells: cut with an ellipsis, or padded with spaces."""
    shown = clean(text)
    if cell_len(shown) <= width:
        return set_cell_size(shown, width)
    if width <= len(ellipsis):
        return set_cell_size(shown, width)
    return set_cell_size(shown, width - len(ellipsis)) + ellipsis


def count(value: float | None) -> str:
    """Return a whole number with thousands separators."""
    return UNKNOWN if value is None else f"{value:,.0f}"


def counted(value: int, singular: str, plural: str | None = None) -> str:
    """Return a number with its noun: `1 play`, `2 plays`."""
    return f"{value:,} {singular if value == 1 else plural or singular + 's'}"


def n(value: int, units: str) -> str:
    """Return `n = 1,204 plays`, held together on one line."""
    return f"n = {value:,} {units}".replace(" ", NO_BREAK)


def share(value: float | None) -> str:
    """Return a share 0..1 as a percentage: whole, with one decimal under 10 %."""
    if value is None:
        return UNKNOWN
    percent = 100 * value
    return f"{percent:.1f} %" if 0 < percent < 9.95 else f"{percent:.0f} %"


def hours(minutes: float | None) -> str:
    """Return minutes as hours, whole from ten hours on."""
    if minutes is None:
        return UNKNOWN
    value = minutes / 60
    return f"{value:,.0f} h" if value >= 9.95 else f"{value:.1f} h"


def listened(minutes: float | None) -> str:
    """Return how long was listened, in words where no source tells the length of plays."""
    return "length not told" if minutes is None else hours(minutes)


def unit(value: float | None, digits: int = 2) -> str:
    """Return a number between 0 and 1 (a feature, a score) without its leading zero."""
    if value is None:
        return UNKNOWN
    text = f"{round(value, digits) + 0.0:.{digits}f}"  # Adding zero takes the sign off a -0.
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text


def interval(low: float | None, high: float | None, digits: int = 2) -> str:
    """Return a confidence interval of such numbers: `.41 to .48`."""
    return UNKNOWN if low is None or high is None else f"{unit(low, digits)} to {unit(high, digits)}"


def day(value: date | datetime | None) -> str:
    """Return a date as written in the warehouse."""
    return UNKNOWN if value is None else value.isoformat()[:10]


def share_range(low: float | None, high: float | None) -> str:
    """Return an interval of shares: `36 to 38 %`."""
    if low is None or high is None:
        return ""
    return f"{share(low).removesuffix(' %')} to {share(high)}"


def share_interval(low: float | None, high: float | None) -> str:
    """Return such an interval in brackets after a space, or nothing where there is none."""
    between = share_range(low, high)
    return f" ({between})" if between else ""


def shortened(text: object, width: int, ellipsis: str) -> str:
    """Return the cleaned text in at most `width` cells."""
    return fit(text, width, ellipsis).rstrip()


def song(name: str | None, artist: str | None, ellipsis: str) -> str:
    """Return a track with its artist, each cut where it is long."""
    title = shortened(name or "(no name)", LONGEST_NAME, ellipsis)
    return f"{title} by {shortened(artist, LONGEST_NAME, ellipsis)}" if artist else title
