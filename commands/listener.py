"""`spotiflow listener`: whose listening this is."""

from __future__ import annotations

from typing import Annotated

import typer

from commands.shared import Json, TimeZone, settle, show

app = typer.Typer(help="Whose listening this is.", no_args_is_help=True)


@app.command("add")
def listener_add(
    name: Annotated[str, typer.Argument(help="Short name, such as anna.")],
    display_name: Annotated[str | None, typer.Option(help="Name shown in reports.")] = None,
    time_zone: TimeZone = None,
    simulated: Annotated[bool, typer.Option(help="Mark the listener as simulated, not a person.")] = False,
) -> None:
    """Add a person, so that imports can name them.

    Example: spotiflow listener add anna --time-zone Europe/Paris
    """
    from ingest.listeners import add_listener

    add_listener(settle(), name, display_name=display_name, time_zone=time_zone, simulated=simulated)
    show(f"Listener {name} added; next: spotiflow ingest export PATH --listener {name}")


@app.command("list")
def listener_list(as_json: Json = False) -> None:
    """List the listeners with their time zones and the rows they have.

    Example: spotiflow listener list
    """
    from ingest.listeners import list_listeners, render

    listeners = list_listeners(settle())
    show([listener.to_dict() for listener in listeners] if as_json else render(listeners), as_json=as_json)
