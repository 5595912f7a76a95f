"""`spotiflow docs`: the documentation of every table and column, as dbt writes it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spotiflow.commands.shared import settle, show

app = typer.Typer(help="The documentation of every table and column, in a browser.", no_args_is_help=True)


@app.command("generate")
def docs_generate() -> None:
    """Write the documentation into the home folder.

    Example: spotiflow docs generate
    """
    from spotiflow.transform.runner import invoke

    settings = settle()
    invoke(settings, ["docs", "generate"])
    show(f"Written: {settings.target_dir / 'index.html'}; next: spotiflow docs serve")


@app.command("serve")
def docs_serve(
    port: Annotated[int, typer.Option(help="Port on this machine.", min=1, max=65535)] = 8080,
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
) -> None:
    """Show the documentation at http://127.0.0.1:PORT until Ctrl+C.

    Example: spotiflow docs serve --port 8081 --no-browser
    """
    from spotiflow.transform.runner import invoke

    settings = settle()
    catalog, tables = settings.target_dir / "catalog.json", settings.database_path
    # A build after the last writing may have made other tables.
    if not (catalog.exists() and tables.exists() and catalog.stat().st_mtime >= tables.stat().st_mtime):
        invoke(settings, ["docs", "generate"])
    show(f"Documentation at http://127.0.0.1:{port}; stop with Ctrl+C.")
    choice = [] if browser else ["--no-browser"]
    invoke(settings, ["docs", "serve", "--host", "127.0.0.1", "--port", str(port), *choice])


@app.command("models")
def docs_models(
    to: Annotated[
        Path | None, typer.Option(help="Where the page goes; default: models.md in the home's models folder.")
    ] = None,
) -> None:
    """Write the page of all models, baselines and figures, and the record it is made from as .json beside it.

    Example: spotiflow docs models --to models.md
    """
    from spotiflow.ml.show.page import write_page

    settings = settle()
    show(f"Written: {write_page(settings, to or settings.models_dir / 'models.md')}")
