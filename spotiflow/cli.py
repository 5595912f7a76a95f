"""The spotiflow command line: each function parses, calls one function of a package and prints its result."""

from __future__ import annotations

import gc
import os
import sys
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer

from spotiflow.commands import (
    access,
    auth,
    automation,
    dashboard,
    docs,
    forget,
    ingest,
    listener,
    publish,
    recommend,
    report,
    safety,
    schedule,
    train,
)
from spotiflow.commands.dashboard import open_pages
from spotiflow.commands.shared import (
    Json,
    Predictions,
    Synthetic,
    need_web,
    settle,
    show,
)
from spotiflow.core.errors import OutdatedError, SpotiflowError
from spotiflow.core.interruption import end_in_order, exit_code_of_interruption, leave

app = typer.Typer(
    name="spotiflow",
    help="Your Spotify listening as a local analytics warehouse in one file. Nothing leaves this machine.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(ingest.app, name="ingest")
app.add_typer(listener.app, name="listener")
app.add_typer(auth.app, name="auth")
app.add_typer(docs.app, name="docs")
app.add_typer(publish.app, name="publish")
app.add_typer(automation.app)
app.add_typer(schedule.app, name="schedule")
app.add_typer(access.app)
app.add_typer(report.app, name="report")
app.add_typer(dashboard.app, name="dashboard")
app.add_typer(forget.app)
app.add_typer(safety.app)
app.add_typer(train.app)
app.add_typer(recommend.app)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"spotiflow {version('spotiflow')}")
        raise typer.Exit


@app.callback()
def _root(
    home: Annotated[
        Path | None, typer.Option(help="Folder of this warehouse; default: SPOTIFLOW_HOME or ~/.spotiflow.")
    ] = None,
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    if home is not None:
        # dbt's profile reads the environment, so the option has to be visible there too.
        os.environ["SPOTIFLOW_HOME"] = str(home.expanduser().absolute())


@app.command()
def init(as_json: Json = False) -> None:
    """Make the home folder and an empty warehouse; safe to repeat.

    Example: spotiflow init
    """
    from spotiflow.warehouse.database import open_warehouse

    settings = settle()
    with open_warehouse(settings):
        pass
    places = {"home": str(settings.home), "warehouse": str(settings.database_path)}
    text = f"Warehouse ready: {settings.database_path}\nnext: spotiflow run my_spotify_data.zip"
    show(places if as_json else text, as_json=as_json)


@app.command()
def build(
    layer: Annotated[str | None, typer.Option(help="Only bronze, silver or gold, and what it needs.")] = None,
    branch: Annotated[str | None, typer.Option(help="Only one branch of gold, such as descriptive.")] = None,
    select: Annotated[str | None, typer.Option(help="dbt's own selection, such as top_artists+.")] = None,
    full_refresh: Annotated[bool, typer.Option(help="Everything again, synthetic features too.")] = False,
    allow_synthetic: Synthetic = None,
    use_predictions: Predictions = None,
    as_json: Json = False,
) -> None:
    """Build the bronze, silver and gold tables and test their data.

    Rebuilds the tables whose inputs changed since the last build; all of them where nothing changed, or where
    the models or settings did.

    Example: spotiflow build --branch descriptive
    """
    from spotiflow.pipeline.stage_runs import build_tables
    from spotiflow.report.build_summary import render_build

    settings = settle(allow_synthetic=allow_synthetic, use_predictions=use_predictions)
    result = build_tables(settings, layer=layer, branch=branch, select=select, full_refresh=full_refresh)
    show(result.to_dict() if as_json else render_build(result), as_json=as_json)


@app.command()
def demo(
    is_opened: Annotated[
        bool, typer.Option("--open", help="Open its pages in the browser at the end.")
    ] = False,
) -> None:
    """Try it without any data: a simulated listener and catalogue, in a home of their own.

    Example: spotiflow demo --open
    """
    from spotiflow.pipeline.demo import demo_settings, run_demo

    settings = settle()
    if is_opened:
        need_web()
    run_demo(settings, show=show)
    if is_opened:
        open_pages(demo_settings(settings))


def main() -> None:
    """Be the process of one command, and end it as `run` says, or as a signal that came in between."""
    # A command is over before looking for garbage pays; after a build that alone takes half a second.
    gc.disable()
    end_in_order()
    try:
        run()
    except (SystemExit, KeyboardInterrupt) as ended:
        # Libraries make endings of their own of being interrupted, but not before they are at work.
        code = ended.code if isinstance(ended, SystemExit) else 1
        interrupted = exit_code_of_interruption() if code else None
        if interrupted:
            typer.echo("Stopped before its end, nothing half done. The same command does the rest.", err=True)
        leave(interrupted or code or 0)


def run() -> None:
    """Run the command line; the only place that prints errors, and it always raises SystemExit.

    Exit codes: 0 done, 1 failed with a sentence, 2 usage, 3 login needed, 4 wait, 130 interrupted.
    """
    try:
        _run_on_current_warehouse()
    except SpotiflowError as error:
        _fail(error)
    except BrokenPipeError:
        # The reader (head, less) has seen enough; without this Python complains at its own exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        from spotiflow.core.console import log

        # DuckDB makes an error of its own of a Ctrl+C that comes while it works.
        if code := exit_code_of_interruption():
            sys.exit(code)
        log.exception("unexpected error")
        _fail(_as_our_error(error))


def _run_on_current_warehouse() -> None:
    """Run the command; where the warehouse is of an older spotiflow, bring that forward first.

    A command learns that when it first opens the file to write, so nothing of it is done twice.
    """
    try:
        _command()()
    except OutdatedError:
        from spotiflow.core.settings import load_settings
        from spotiflow.warehouse.migration import bring_forward

        bring_forward(load_settings())
        _command()()


@cache
def _command() -> Any:
    """Put all commands together, once in a process: it takes longer than many a command."""
    return typer.main.get_command(app)


def _as_our_error(error: Exception) -> SpotiflowError:
    """Say what no function expected: a place without rights or space by name, anything else by its kind."""
    from spotiflow.core.disk_errors import refusal

    return refusal(error) or SpotiflowError(
        f"Something unexpected happened ({type(error).__name__}).",
        hint="The log file in the home folder has the details; please report it with them.",
    )


def _fail(error: SpotiflowError) -> None:
    from rich.text import Text

    from spotiflow.core.console import err_console, log, printable

    error.message, error.hint = printable(error.message, keep="\n"), printable(error.hint, keep="\n")
    log.error("%s", error.message)
    if "--json" in sys.argv:
        show(error.to_dict(), as_json=True)
    else:
        text = Text.assemble(("Error:", "bold red"), f" {error.message}\n{error.hint}")
        err_console.print(text, soft_wrap=True)
    sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
