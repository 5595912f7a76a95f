"""`spotiflow publish`: the tables for other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spotiflow.commands.shared import Json, settle, show

app = typer.Typer(help="Give gold and silver to other tools.", no_args_is_help=True)

Only = Annotated[
    list[str] | None, typer.Option("--table", help="Only this table, such as plays; may be repeated.")
]
Folder = Annotated[Path, typer.Argument(help="Folder to publish to; made where it is missing.")]


@app.command()
def postgres(
    uri: Annotated[
        str | None,
        typer.Argument(help="postgresql://HOST/DATABASE without a password; default: the PG* variables."),
    ] = None,
    only: Only = None,
    as_json: Json = False,
) -> None:
    """Publish to PostgreSQL: types, keys and comments; each table in one transaction.

    Example: spotiflow publish postgres postgresql://localhost/music
    """
    _publish("postgres", uri, only, as_json=as_json)


@app.command()
def parquet(folder: Folder, only: Only = None, as_json: Json = False) -> None:
    """Publish as Parquet files, plays in a part for each month.

    Example: spotiflow publish parquet ~/music-parquet
    """
    _publish("parquet", folder, only, as_json=as_json)


@app.command()
def delta(folder: Folder, only: Only = None, as_json: Json = False) -> None:
    """Publish as Delta Lake tables; older versions can be read for 30 days.

    Example: spotiflow publish delta ~/music-delta --table plays
    """
    _publish("delta", folder, only, as_json=as_json)


@app.command()
def csv(folder: Folder, only: Only = None, as_json: Json = False) -> None:
    """Publish as CSV files, with columns.csv that describes them.

    Example: spotiflow publish csv ~/music-csv
    """
    _publish("csv", folder, only, as_json=as_json)


def _publish(target: str, place: str | Path | None, only: list[str] | None, *, as_json: bool) -> None:
    from spotiflow.publish import publish, render

    result = publish(settle(), target, place, only=only or ())
    show(result.to_dict() if as_json else render(result), as_json=as_json)
    if result.problem is not None:
        raise result.problem
