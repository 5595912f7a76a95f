"""`spotiflow forget`: remove a person for good."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from spotiflow.commands.shared import Json, confirm, settle, show
from spotiflow.core.errors import UsageError

app = typer.Typer()


@app.command()
def forget(
    listener: Annotated[str | None, typer.Argument(help="Whom to forget, such as anna.")] = None,
    simulated: Annotated[
        bool, typer.Option("--simulated", help="Forget all simulated listeners, and nobody else.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Remove a listener for good: every row, login and file, and their bytes in the warehouse file.

    Example: spotiflow forget anna
    """
    from spotiflow.people.forget import (
        forget_listeners,
        preview,
        render,
        simulated_listeners,
    )

    if (listener is None) != simulated:
        raise UsageError(
            "Whom to forget was given twice." if simulated else "Nobody was named to be forgotten.",
            hint="Give one name, or --simulated. Example: spotiflow forget anna",
        )
    settings = settle()
    names = simulated_listeners(settings) if listener is None else [listener]
    who = "all simulated listeners" if listener is None else f"'{listener}'"
    again = "--simulated" if listener is None else listener
    n_rows = preview(settings, names)
    if not yes and not sys.stdin.isatty():
        raise UsageError(
            f"This would remove {who} and {n_rows:,} rows of history for good.",
            hint=f"To do that without being asked: spotiflow forget {again} --yes",
        )
    if not yes and not confirm(f"Remove {who} and {n_rows:,} rows of history for good?"):
        show("Nothing was removed.")
        raise typer.Exit(1)
    forgotten = forget_listeners(settings, names)
    show(forgotten.to_dict() if as_json else render(forgotten), as_json=as_json)
