"""`spotiflow schedule`: keep everything running."""

from __future__ import annotations

import gc
from typing import Annotated

import typer

from spotiflow.commands.shared import say, settle, show

app = typer.Typer()


@app.callback(invoke_without_command=True)
def schedule(
    context: typer.Context,
    poll: Annotated[float | None, typer.Option(help="Minutes between polls (30); 0: never.", min=0)] = None,
    build: Annotated[float | None, typer.Option(help="Hours between builds (6); 0: never.", min=0)] = None,
    train_at: Annotated[
        str | None, typer.Option(help="Local time of the daily training (00:00); '': never.")
    ] = None,
    publish: Annotated[
        float | None, typer.Option(help="Hours between publishings (12); 0: never.", min=0)
    ] = None,
) -> None:
    """Keep everything running: all of it now, then each stage at its cadence, until Ctrl+C or SIGTERM.

    Example: spotiflow schedule --poll 20
    """
    if context.invoked_subcommand:
        return
    from spotiflow.pipeline.schedule.launcher import Launcher
    from spotiflow.pipeline.schedule.schedule import run_schedule, stop_schedule
    from spotiflow.pipeline.schedule.timetable import Timetable

    settings = settle(
        schedule_poll_minutes=poll,
        schedule_build_hours=build,
        schedule_train_at=train_at,
        schedule_publish_hours=publish,
    )
    launcher, table = Launcher(settings), Timetable()
    gc.enable()  # Other commands end soon (see cli.main), this one runs for months.
    try:
        run_schedule(settings, launcher, say, table)
    except KeyboardInterrupt:
        launcher.stop()
        stop_schedule(table)
        show("Stopped; nothing is half done.")
        raise typer.Exit(0) from None


@app.command()
def unit(
    kind: Annotated[
        str | None, typer.Argument(help="systemd, launchd or cron; default: what this system uses.")
    ] = None,
) -> None:
    """Print what starts the schedule with the machine, ready to be saved.

    Example: spotiflow schedule unit systemd > ~/.config/systemd/user/spotiflow.service
    """
    from spotiflow.pipeline.schedule.service_units import unit as unit_of

    say(unit_of(settle(), kind), nl=False)
