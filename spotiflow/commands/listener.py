"""`spotiflow listener`: whose listening this is."""

from __future__ import annotations

from typing import Annotated

import typer

from spotiflow.commands.shared import (
    Json,
    TimeZone,
    settle,
    show,
)

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
    from spotiflow.ingest.listeners import add_listener

    add_listener(settle(), name, display_name=display_name, time_zone=time_zone, simulated=simulated)
    show(f"Listener {name} added; next: spotiflow ingest export PATH --listener {name}")


@app.command("list")
def listener_list(as_json: Json = False) -> None:
    """List the listeners with their time zones and the rows they have.

    Example: spotiflow listener list
    """
    from spotiflow.ingest.listeners import list_listeners, render

    listeners = list_listeners(settle())
    show([listener.to_dict() for listener in listeners] if as_json else render(listeners), as_json=as_json)


@app.command("rename")
def listener_rename(
    name: Annotated[str, typer.Argument(help="The name now, such as me.")],
    new_name: Annotated[str, typer.Argument(help="The name from now on.")],
) -> None:
    """Give a listener another name; their history, settings and login go along.

    Example: spotiflow listener rename me anna
    """
    from spotiflow.people.listener_changes import rename_listener

    settings = settle()
    n_rows = rename_listener(settings, name, new_name)
    show(f"{name} is {new_name} now in {n_rows:,} rows; next: spotiflow build")
    if name == settings.default_listener:
        show(
            f"Imports without --listener still go to '{name}'; to change that, write into "
            f'{settings.config_path}: default_listener = "{new_name}"'
        )


@app.command("timezone")
def listener_timezone(
    name: Annotated[str, typer.Argument(help="Listener, such as me.")],
    zone: Annotated[str, typer.Argument(help="Time zone, such as Europe/Paris.")],
    since: Annotated[
        str | None, typer.Option("--from", help="Local date of the move; without it, all the time.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Say where a listener lives, or from when on; each zone holds until the next.

    Example: spotiflow listener timezone me Europe/Paris --from 2024-03-01
    """
    from spotiflow.people.listener_changes import move_listener, render_zones

    zones = move_listener(settle(), name, zone, since=since)
    periods = [{"valid_from": start.isoformat(), "time_zone": of} for start, of in zones]
    show(periods if as_json else render_zones(zones), as_json=as_json)
    if not as_json:
        show("next: spotiflow build")
