"""`spotiflow forget`: remove a person for good."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from commands.shared import Json, settle, show
from core.errors import UsageError

app = typer.Typer()


@app.command()
def forget(
    listener: Annotated[str, typer.Argument(help="Whom to forget, such as anna.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Remove a listener for good: every row, login and file, and their bytes in the warehouse file.

    Example: spotiflow forget anna
    """
    from ingest.forget import forget_listener, preview, render

    settings = settle()
    n_rows = preview(settings, listener)
    if not yes and not sys.stdin.isatty():
        raise UsageError(
            f"This would remove '{listener}' and {n_rows:,} rows of history for good.",
            hint=f"To do that without being asked: spotiflow forget {listener} --yes",
        )
    if not yes and not typer.confirm(f"Remove '{listener}' and {n_rows:,} rows of history for good?"):
        show("Nothing was removed.")
        raise typer.Exit(1)
    forgotten = forget_listener(settings, listener)
    show(forgotten.to_dict() if as_json else render(forgotten), as_json=as_json)
