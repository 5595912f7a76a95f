"""`spotiflow run`, and what one sees of it: `status`, `logs`, `doctor`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from spotiflow.commands.shared import Json, Listener, Predictions, Synthetic, TimeZone, say, settle, show

app = typer.Typer()


@app.command()
def run(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Exports, scrobbles, features, the Kaggle file; told apart by content.", readable=False
        ),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Only this stage; may be repeated.")
    ] = None,
    first: Annotated[str | None, typer.Option("--from", help="This stage and those after it.")] = None,
    listener: Listener = None,
    time_zone: TimeZone = None,
    allow_synthetic: Synthetic = None,
    use_predictions: Predictions = None,
    as_json: Json = False,
) -> None:
    """Do everything that is due, stage by stage: spotify, listens, files, build, train, score, rebuild, publish.

    What has not changed is left out, and a fault of one stage does not stop what can be done without it.

    Example: spotiflow run my_spotify_data.zip archive.zip
    """
    from spotiflow.pipeline.run import choose, run_line, show_report
    from spotiflow.pipeline.stage import Job

    stages = choose(only or (), first)
    settings = settle(allow_synthetic=allow_synthetic, use_predictions=use_predictions)

    def say(result: Any) -> None:
        if not as_json:
            show(result)

    job = Job(settings, say, paths or [], listener, time_zone)
    names = [f"--only {name}" for name in only or ()] + ([f"--from {first}"] if first else [])
    result = run_line(job, stages, " ".join(["run", *names]))
    if not (only or first):
        show_report(job, result)
    show(result.to_dict() if as_json else result.render(), as_json=as_json)
    if result.exit_code:
        raise typer.Exit(result.exit_code)


@app.command()
def status(
    check: Annotated[
        bool, typer.Option("--check", help="Exit with 1 when something is not as new as it should be.")
    ] = False,
    runs: Annotated[bool, typer.Option("--runs", help="Durations and success rates of every stage.")] = False,
    as_json: Json = False,
) -> None:
    """Show what came in when, what ran how, and what there is to do.

    Example: spotiflow status --check
    """
    from spotiflow.pipeline.watch.run_figures import render_figures, run_figures
    from spotiflow.pipeline.watch.status import read_status

    settings = settle()
    if runs:
        rows = run_figures(settings)
        show(rows if as_json else render_figures(rows), as_json=as_json)
        return
    state = read_status(settings)
    show(state.to_dict() if as_json else state.render(), as_json=as_json)
    if check and state.stale:
        raise typer.Exit(1)


@app.command()
def logs(
    lines: Annotated[int, typer.Option("-n", "--lines", help="How many lines.", min=1)] = 40,
    keep_on: Annotated[bool, typer.Option("-f", "--follow", help="Go on with what is added.")] = False,
) -> None:
    """Print the end of the log; it holds no tokens.

    Example: spotiflow logs -n 100
    """
    from spotiflow.pipeline.watch.logs import follow, last_lines

    settings = settle()
    for line in last_lines(settings, lines):
        say(line)
    if keep_on:
        for line in follow(settings):
            say(line)


@app.command()
def doctor(
    fix_it: Annotated[
        bool, typer.Option("--fix", help="Cut a damaged log of the warehouse; a copy of it stays.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Look at versions, rights, disk, lock, freshness, coverage and login, and say how to fix each.

    Example: spotiflow doctor
    """
    from spotiflow.pipeline.watch.doctor import (
        examine,
        fix,
        is_wrong,
        render,
        to_dict,
    )

    settings = settle()
    if fix_it:
        done = fix(settings)
        show({"fixed": done} if as_json else done, as_json=as_json)
        return
    checks = examine(settings)
    show(to_dict(checks) if as_json else render(checks), as_json=as_json)
    if is_wrong(checks):
        raise typer.Exit(1)
