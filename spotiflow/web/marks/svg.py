"""SVG as text: elements with escaped values, and the frame every drawing has."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable

from markupsafe import Markup, escape

from spotiflow.core.words import clean

Value = str | int | float | None


def number(value: float) -> str:
    """Return a coordinate with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")


def tag(name: str, *children: object, **attributes: Value) -> Markup:
    """Return one element; attributes of None are left out, `stroke_width` is written with `-`."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_value(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if not children:
        return Markup(f"<{name}{written}/>")  # noqa: S704 (names are ours, values are escaped)
    return Markup(f"<{name}{written}>{join(children)}</{name}>")  # noqa: S704 (as above)


def _value(value: Value) -> str:
    return number(value) if isinstance(value, float) else str(escape(value))


def join(parts: Iterable[object]) -> Markup:
    """Return parts one after the other, escaped where they are not markup yet."""
    return Markup("").join(map(escape, parts))


def text(x: float, y: float, words: object, class_: str = "", anchor: str | None = None) -> Markup:
    """Return a line of text; control characters and direction marks are taken out."""
    return tag("text", clean(words), x=x, y=y, class_=class_ or None, text_anchor=anchor)


def datum(shape: str, told: str, href: str | None = None, **attributes: Value) -> Markup:
    """Return a shape that stands for a value: a tooltip tells it, and it may lead to a page.

    The table under the figure has the same links, so the keyboard's tab key need not pass each cell.
    """
    drawn = tag(shape, tag("title", clean(told)), **attributes)
    return tag("a", drawn, href=href, tabindex=-1) if href else drawn


def frame(
    width: float,
    height: float,
    title: str,
    description: str,
    *children: object,
    kind: str = "",
    is_filled: bool = False,
) -> Markup:
    """Return the drawing, named and described for those who do not see it; one filled may be stretched."""
    # Derived from the content, so that the same page is the same bytes.
    ident = "m" + hashlib.sha256(f"{title}|{description}|{kind}".encode()).hexdigest()[:10]
    return tag(
        "svg",
        tag("title", clean(title), id=f"{ident}t"),
        tag("desc", clean(description), id=f"{ident}d"),
        *children,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {number(width)} {number(height)}",
        preserveAspectRatio="none" if is_filled else None,
        class_=f"mark {kind}".strip(),
        role="group",
        aria_labelledby=f"{ident}t {ident}d",
    )


def ticks(most: float, wanted: int = 4) -> list[float]:
    """Return round values from 0 to at least `most`, about `wanted` steps."""
    if most <= 0:
        return [0.0, 1.0]
    rough = most / wanted
    power = 10 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
    return [step * i for i in range(math.ceil(most / step - 1e-9) + 1)]


def every(count: int, room: float, needed: float) -> int:
    """Return how many labels to go on by, so that each of `count` has `needed` of the `room`."""
    return max(1, math.ceil(count * needed / max(room, 1)))
