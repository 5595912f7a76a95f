"""One module a page: its questions to gold, and the figures that answer them."""

from __future__ import annotations

from collections.abc import Callable

from spotiflow.web.figure import Page
from spotiflow.web.pages import (
    data,
    day,
    for_you,
    habits,
    models,
    music,
    now,
    overview,
    people,
    top,
    when,
    year,
)

# By address; `{...}` are parts of it that the page takes.
PAGES: dict[str, Callable[..., Page]] = {
    "/": overview.build,
    "/when": when.build,
    "/day/{day}": day.build,
    "/top": top.build,
    "/artist/{name:path}": top.artist,
    "/track/{ident:path}": top.track,
    "/album/{name:path}": top.album,
    "/music": music.build,
    "/habits": habits.build,
    "/for-you": for_you.build,
    "/models": models.build,
    "/people": people.build,
    "/year": year.latest,
    "/year/{year}": year.build,
    "/now": now.build,
    "/data": data.build,
}
