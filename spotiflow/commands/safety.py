"""`spotiflow backup`, `restore` and `takeout`: copies to go back to, and copies to take away."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from spotiflow.commands.shared import Json, Listener, confirm, settle, show
from spotiflow.core.errors import UsageError

app = typer.Typer()


@app.command()
def backup(
    to: Annotated[
        Path | None, typer.Option("--to", help="Folder for it; default: backups in the home.")
    ] = None,
    list_them: Annotated[bool, typer.Option("--list", help="Only show the backups there are.")] = False,
    as_json: Json = False,
) -> None:
    """Copy warehouse, settings, models and inbox, and check the copy. The newest five stay in the home.

    Example: spotiflow backup --to /media/disk/spotiflow
    """
    from spotiflow.pipeline.backup_commands import make_backup, render_backup, render_list
    from spotiflow.warehouse.backups import damaged_backups, list_backups

    settings = settle()
    if list_them:
        place = to or settings.backups_dir
        found = list_backups(place)
        table = render_list(found, damaged_backups(place))
        show([one.to_dict() for one in found] if as_json else table, as_json=as_json)
        return
    made = make_backup(settings, to)
    show(made.to_dict() if as_json else render_backup(made), as_json=as_json)


@app.command()
def restore(
    which: Annotated[
        str | None, typer.Argument(help="Name of a backup, or the folder of one; default: the newest.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Put a backup in the place of what is there now, which is backed up first. Logins stay.

    Example: spotiflow restore 2026-11-25T231000-123456
    """
    from spotiflow.pipeline.backup_commands import find_backup, put_back, render_restored

    settings = settle()
    chosen = find_backup(settings, which)
    question = f"Put back {chosen.name} ({chosen.plays:,} rows of history, {chosen.why})?"
    if not yes and not sys.stdin.isatty():
        raise UsageError(
            f"This would put {chosen.name} in the place of what is there now.",
            hint=f"To do that without being asked: spotiflow restore {chosen.name} --yes",
        )
    if not yes and not confirm(question):
        show("Nothing was changed.")
        raise typer.Exit(1)
    restored = put_back(settings, chosen)
    show(restored.to_dict() if as_json else render_restored(restored), as_json=as_json)


@app.command()
def takeout(
    target: Annotated[Path, typer.Argument(help="The zip to write, such as my_listening.zip.")],
    listener: Listener = None,
    as_json: Json = False,
) -> None:
    """Take away everything a listener has put in, as Parquet and JSON in a zip that needs no spotiflow.

    Example: spotiflow takeout my_listening.zip
    """
    from spotiflow.people.takeout import render, take_out

    taken = take_out(settle(), target, listener_id=listener)
    show(taken.to_dict() if as_json else render(taken), as_json=as_json)
