"""The routes: each page by its address, the state of the numbers, style and script."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from spotiflow.core.console import log
from spotiflow.core.errors import (
    InputError,
    NotFoundError,
    SpotiflowError,
    UsageError,
    WarehouseBusyError,
)
from spotiflow.core.words import clean
from spotiflow.web.figure import Page
from spotiflow.web.pages import PAGES
from spotiflow.web.render import STATIC, render, with_marks
from spotiflow.web.serving.access import Guard, sentence
from spotiflow.web.serving.chrome import chrome
from spotiflow.web.serving.door import Door
from spotiflow.web.serving.players import Players
from spotiflow.web.serving.snapshot import Keeper, Snapshot
from spotiflow.web.view import View, look

STATUSES = ((NotFoundError, 404), (UsageError, 400), (InputError, 400), (WarehouseBusyError, 503))
Build = Callable[..., Page]


def make_app(
    keeper: Keeper,
    port: int,
    *,
    listener: str = "",
    hosts: Iterable[str] = (),
) -> Door:
    """Return the application; `listener` is who is shown where an address names nobody.

    It has to be closed at the end, as players may have handed something over.
    """
    default = listener or keeper.settings.default_listener
    players = Players(keeper.settings)
    routes: list[BaseRoute] = [
        Route(path, _answer(keeper, players, build, default)) for path, build in PAGES.items()
    ]
    routes += [
        Route("/state", _state(keeper, players)),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    handlers: Mapping[Any, Any] = {HTTPException: _no_page, Exception: _unexpected}
    pages = Guard(Starlette(routes=routes, exception_handlers=handlers), keeper.settings, port, hosts)
    return Door(pages, keeper, players)


def state_of(snapshot: Snapshot) -> str:
    """Return what changes when the numbers do."""
    return f"{snapshot.as_of.replace(tzinfo=UTC).timestamp():.3f}-{hash(snapshot.stamp) & 0xFFFFFF:x}"


def page_text(view: View, page: Page, site: Mapping[str, Any]) -> str:
    """Return a page as HTML, with simulated people marked at every figure."""
    return render("page.html", page=with_marks(view, page), site=site)


def _answer(keeper: Keeper, players: Players, build: Build, default: str) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        try:
            snapshot = keeper.current()
            live = {"live": players.live()} if getattr(build, "is_live", False) else {}
            with snapshot.reading() as gold:
                view = look(gold, request.query_params, default)
                page = build(view, **request.path_params, **_own(build, request), **live)
                site = chrome(view, page, request.url.path, dict(request.query_params))
            site |= {
                "state": state_of(snapshot),
                "live_state": live["live"].state if live else None,
                "as_of": f"Numbers as of {_local(snapshot.as_of)}",
                "running": running(keeper),
            }
            return HTMLResponse(page_text(view, page, site))
        except SpotiflowError as error:
            return _as_page(keeper, error)

    return answer


def _own(build: Build, request: Request) -> dict[str, str]:
    """Return the values of the address that only this page takes."""
    taken: tuple[str, ...] = getattr(build, "takes", ())
    return {name: request.query_params.get(name, "") for name in taken}


def _local(moment: Any) -> str:
    return f"{moment.replace(tzinfo=UTC).astimezone():%Y-%m-%d %H:%M:%S}"


def running(keeper: Keeper) -> str:
    """Return who works on the home now, in words; nothing for nobody."""
    holder = keeper.holder()
    if holder is None:
        return ""
    return f"{clean(holder.command)} runs since {holder.since.astimezone():%H:%M}"


def _state(keeper: Keeper, players: Players) -> Callable[[Request], Response]:
    def state(request: Request) -> Response:
        try:
            found = {"state": state_of(keeper.current()), "running": running(keeper)}
            # Only the page that shows it asks.
            return JSONResponse(
                found | ({"live": players.live().state} if "live" in request.query_params else {})
            )
        except SpotiflowError as error:
            return JSONResponse({"state": "", "running": error.message}, 503)

    return state


def _as_page(keeper: Keeper, error: SpotiflowError) -> Response:
    status = next((code for kind, code in STATUSES if isinstance(error, kind)), 500)
    titles = {404: "Not found", 400: "That is no address of a page", 503: "One moment"}
    again = 5 if status == 503 or (status == 404 and not keeper.settings.database_path.exists()) else 0
    return sentence(status, titles.get(status, "That did not work"), error.message, error.hint, again)


def _no_page(_: Request, error: HTTPException) -> Response:
    if error.status_code == 404:
        return sentence(404, "Not found", "There is no such page.")
    return sentence(error.status_code, "That did not work", error.detail)


def _unexpected(_: Request, error: Exception) -> Response:
    log.error("unexpected error on a page", exc_info=error)
    return sentence(
        500,
        "That did not work",
        f"Something unexpected happened ({type(error).__name__}).",
        "The log file in the home folder has the details; please report it with them.",
    )
