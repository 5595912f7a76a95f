"""`spotiflow schedule`: keep everything running."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from spotiflow.commands.dashboard import LOCAL, Host, Port, say_who_may_come
from spotiflow.commands.shared import need_web, say, settle, show

if TYPE_CHECKING:
    from spotiflow.core.settings import Settings

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
    with_dashboard: Annotated[
        bool, typer.Option("--dashboard", help="Serve the dashboard too, and take in what players submit.")
    ] = False,
    host: Host = LOCAL,
    port: Port = 8765,
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
        with _dashboard(settings, host, port) if with_dashboard else nullcontext():
            run_schedule(settings, launcher, say, table)
    except KeyboardInterrupt:
        launcher.stop()
        stop_schedule(table)
        show("Stopped; nothing is half done.")
        raise typer.Exit(0) from None


@contextmanager
def _dashboard(settings: Settings, host: str, port: int) -> Iterator[None]:
    """Serve the dashboard beside the schedule."""
    need_web()
    from spotiflow.web.serving.server import Place, serving

    with serving(settings, Place(host, port)) as served:
        say_who_may_come(host)
        show(f"The dashboard is served on port {served}; to open it: spotiflow dashboard")
        yield


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
