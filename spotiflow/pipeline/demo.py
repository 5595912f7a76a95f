"""The demo: a simulated listener and catalogue take the same way as real data, in a home of their own."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from rich.text import Text

from spotiflow.core.console import start_log
from spotiflow.core.disk_errors import unwritable
from spotiflow.core.errors import InputError, NotFoundError
from spotiflow.core.settings import Settings
from spotiflow.ingest.exports import import_exports
from spotiflow.ingest.history.receipts import render
from spotiflow.ingest.kaggle import load_kaggle
from spotiflow.ingest.kaggle import render as render_kaggle
from spotiflow.ingest.listeners import add_listener
from spotiflow.pipeline.stage import Show
from spotiflow.pipeline.stage_runs import build_tables, train_models
from spotiflow.report.build_summary import render_build
from spotiflow.report.sections.report import build_report
from spotiflow.report.terminal.page import Page
from spotiflow.simulate import write_demo_inputs
from spotiflow.warehouse.database import prepare_home

LISTENER = "demo"
MARKER = ".spotiflow-demo"


def demo_settings(settings: Settings) -> Settings:
    """Return settings for the demo: a folder beside the person's own home, never that home itself."""
    return replace(
        settings, home=settings.home.with_name(f"{settings.home.name}-demo"), default_listener=LISTENER
    )


def run_demo(settings: Settings, *, show: Show) -> None:
    """Write simulated inputs, take them in, build, train and report; each step names its command.

    Raises InputError when the demo's place is taken by something that no demo made.
    """
    own = settings
    settings = demo_settings(settings)
    _start_afresh(settings.home)
    prepare_home(settings)
    start_log(settings)
    (settings.home / MARKER).touch()
    inputs = write_demo_inputs(settings.home / "inputs")

    def say(command: str, rest: str = "") -> None:
        """Print a step as the command a person would type."""
        show(Text.assemble((f"\n$ spotiflow {command}", "bold cyan"), f" {rest}".rstrip(), overflow="ignore"))

    show("spotiflow demo: everything here is SIMULATED, the listener and the catalogue alike.")

    say("listener add", f"{LISTENER} --simulated --time-zone {inputs.time_zone}")
    add_listener(
        settings, LISTENER, display_name="Simulated listener", time_zone=inputs.time_zone, simulated=True
    )
    say("ingest kaggle", f"{inputs.catalogue_csv.name} --simulated")
    show(render_kaggle(load_kaggle(settings, inputs.catalogue_csv, simulated=True)))
    say("ingest export", f"{inputs.export_zip.name} --listener {LISTENER}")
    show(render(import_exports(settings, [inputs.export_zip], listener_id=LISTENER)))
    say("build")
    show(render_build(build_tables(settings)))
    say("train")
    train_if_possible(settings, show=show)
    say("report")
    show(Page(build_report(settings, listener=LISTENER)))
    show(_farewell(settings, own))


def train_if_possible(settings: Settings, *, show: Show) -> None:
    """Train, or say in one sentence what is missing for it; the rest of the line goes on either way."""
    from spotiflow.ml.show.screen import render as render_training

    try:
        result = train_models(settings)
    except NotFoundError as error:
        show(f"No models yet: {error.message} {error.hint}")
        return
    show(render_training(result))


def _start_afresh(home: Path) -> None:
    """Remove an earlier demo, and nothing else: a folder without the demo's mark stays as it is."""
    if not home.exists():
        return
    if any(home.iterdir()) and not (home / MARKER).exists():
        raise InputError(
            f"{home} is in the way of the demo and was not made by one.",
            hint="Move that folder away, or choose another place with: spotiflow --home FOLDER demo.",
        )
    try:
        shutil.rmtree(home)
    except OSError as error:
        raise unwritable(error, home) from error


def _farewell(settings: Settings, own: Settings) -> str:
    return (
        f"\nSee it in the browser:    spotiflow --home {settings.home} dashboard\n"
        f"Look around in the demo:  spotiflow --home {settings.home} tables\n"
        f"                          spotiflow --home {settings.home} sql "
        "\"select artist_name, plays from top_artists where period_kind = 'all' limit 5\"\n"
        "With your own data:\n"
        "  1. Ask Spotify for your Extended streaming history: https://www.spotify.com/account/privacy/\n"
        "  2. Get the Kaggle Spotify Tracks Dataset for measured audio features (optional)\n"
        f"  3. spotiflow run my_spotify_data.zip archive.zip   (kept in {own.home})"
    )
