"""`spotiflow dashboard`: the pages, in the browser of this machine."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Annotated

import typer

from spotiflow.commands.shared import Listener, settle, show

if TYPE_CHECKING:
    from spotiflow.core.settings import Settings

app = typer.Typer()

Port = Annotated[int, typer.Option("--port", help="Port of this machine; 0: any free one.", min=0, max=65535)]


@app.command()
def dashboard(
    listener: Listener = None,
    port: Port = 8765,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Print the address only, open no browser.")
    ] = False,
) -> None:
    """Show everything in the browser: on this machine only, until Ctrl+C.

    Example: spotiflow dashboard
    """
    settings = settle()
    need_web()
    from spotiflow.web.serving.access import new_address
    from spotiflow.web.serving.server import Place, running_port, serve

    def opened(address: str) -> None:
        _open(address, is_wanted=not no_browser)

    if (running := running_port(settings)) is not None:
        opened(new_address(settings, running))
        return
    gc.enable()  # Other commands end soon (see cli.main), this one may run for months.
    serve(settings, Place(port=port), listener=_checked(settings, listener), on_start=opened)


def _checked(settings: Settings, listener: str | None) -> str:
    """Raise what is wrong with the listener or the warehouse before a browser opens."""
    from spotiflow.report.gold.queries import Gold
    from spotiflow.web.serving.snapshot import take
    from spotiflow.web.view import look

    if listener is None or not settings.database_path.exists():
        return listener or ""
    with take(settings).reading() as gold:
        assert isinstance(gold, Gold)
        return look(gold, {"listener": listener}, "").listener


def need_web() -> None:
    """Raise InputError where the packages of the extra are not installed."""
    from importlib.util import find_spec

    if missing := [name for name in ("starlette", "uvicorn", "jinja2") if find_spec(name) is None]:
        from spotiflow.core.errors import InputError

        raise InputError(
            f"The dashboard needs the package {missing[0]}, which is not installed.",
            hint='Install it with: pip install "spotiflow[web]"',
        )


def _open(address: str, *, is_wanted: bool) -> None:
    show(f"The dashboard: {address}\nThe address opens it once; for another browser, run the command again.")
    if is_wanted:
        import webbrowser

        webbrowser.open(address)
