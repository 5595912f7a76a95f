"""`spotiflow run`: everything, stage by stage."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from commands.shared import Json, Listener, Synthetic, TimeZone, settle, show

app = typer.Typer()


@app.command()
def run(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Exports, scrobbles, features, the Kaggle file; told apart by content."),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Only this stage; may be repeated.")
    ] = None,
    first: Annotated[str | None, typer.Option("--from", help="This stage and those after it.")] = None,
    listener: Listener = None,
    time_zone: TimeZone = None,
    allow_synthetic: Synthetic = None,
    as_json: Json = False,
) -> None:
    """Do everything that is due, stage by stage: spotify, files, build, train, score, rebuild.

    What has not changed is left out, and a fault of one stage does not stop what can be done without it.

    Example: spotiflow run my_spotify_data.zip archive.zip
    """
    from core.interruption import end_in_order
    from pipeline.run import choose, run_line, show_report
    from pipeline.stage import Job

    stages = choose(only or (), first)
    settings = settle(allow_synthetic=allow_synthetic)
    end_in_order()

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
