"""`spotiflow ingest`: ways into the raw tables."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from spotiflow.commands.shared import (
    Json,
    Listener,
    TimeZone,
    settle,
    show,
)
from spotiflow.core.errors import UsageError

app = typer.Typer(
    help="Bring data in: exports, polls, scrobbles, the Kaggle catalogue, audio features.",
    no_args_is_help=True,
)


@app.command("export")
def ingest_export(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Zip, folder or files that Spotify sent you.", readable=False)
    ] = None,
    listener: Listener = None,
    time_zone: TimeZone = None,
    skip_incognito: Annotated[bool, typer.Option(help="Leave out plays of private sessions.")] = False,
    per_file: Annotated[
        bool, typer.Option(help="One line per file instead of the first and the total.")
    ] = False,
    explain_row: Annotated[
        str | None,
        typer.Option("--explain", metavar="FILE:ROW", help="Say what became of one row; stores nothing."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Import privacy exports of any generation: account data and extended history. Safe to repeat.

    Example: spotiflow ingest export my_spotify_data.zip --time-zone Europe/Paris
    """
    from spotiflow.ingest.exports import explain, import_exports
    from spotiflow.ingest.history.receipts import render

    if explain_row is not None:
        explanation = explain.explain_row(settle(), explain_row, paths or [], listener_id=listener)
        show(explanation.to_dict() if as_json else explain.render(explanation), as_json=as_json)
        return
    receipt = import_exports(
        settle(), paths or [], listener_id=listener, time_zone=time_zone, skip_incognito=skip_incognito
    )
    show(receipt.to_dict() if as_json else render(receipt, per_file=per_file), as_json=as_json)
    if not receipt.is_complete:
        raise typer.Exit(1)


@app.command("scrobbles")
def ingest_scrobbles(
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="CSV, JSON or log of Last.fm, ListenBrainz and tools that keep the same.", readable=False
        ),
    ],
    listener: Listener = None,
    time_zone: TimeZone = None,
    per_file: Annotated[
        bool, typer.Option(help="One line per file instead of the first and the total.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Import what Last.fm or ListenBrainz recorded. A play that Spotify tells of as well counts once.

    Example: spotiflow ingest scrobbles recenttracks-anna.csv
    """
    from spotiflow.ingest.history.receipts import render
    from spotiflow.ingest.scrobbles import import_scrobbles

    receipt = import_scrobbles(settle(), paths, listener_id=listener, time_zone=time_zone)
    show(receipt.to_dict() if as_json else render(receipt, per_file=per_file), as_json=as_json)
    if not receipt.is_complete:
        raise typer.Exit(1)


@app.command("features")
def ingest_features(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="CSV or Parquet with track ids and audio features.", readable=False),
    ] = None,
    provider: Annotated[
        str | None, typer.Option(help="Ask reccobeats about tracks nobody measured; sends their ids.")
    ] = None,
    tracks: Annotated[
        int | None, typer.Option(help="Ask for at most so many tracks, most played first.", min=1)
    ] = None,
    as_json: Json = False,
) -> None:
    """Bring in measured audio features: from your own table, or from a provider on the internet.

    Example: spotiflow ingest features exportify.csv
    """
    from spotiflow.ingest.features import (
        fetch_features,
        import_features,
        render_fetched,
        render_imported,
    )

    if provider is None:
        imported = import_features(settle(), paths or [])
        show(imported.to_dict() if as_json else render_imported(imported), as_json=as_json)
        if imported.problems:
            raise typer.Exit(1)
        return
    if provider != "reccobeats" or paths:
        raise UsageError(
            f"'{provider}' was given with {len(paths or [])} paths; the provider can be reccobeats, without.",
            hint="Example: spotiflow ingest features --provider reccobeats",
        )
    fetched = fetch_features(settle(), most=tracks)
    show(fetched.to_dict() if as_json else render_fetched(fetched), as_json=as_json)
    if fetched.postponed and as_json:
        raise typer.Exit(fetched.postponed.exit_code)
    if fetched.postponed:
        raise fetched.postponed


@app.command("kaggle")
def ingest_kaggle(
    path: Annotated[Path, typer.Argument(help="dataset.csv, or the zip as Kaggle gives it.", readable=False)],
    force: Annotated[bool, typer.Option(help="Load again, replacing the catalogue that is there.")] = False,
    simulated: Annotated[bool, typer.Option(help="Mark the catalogue as generated, not measured.")] = False,
    as_json: Json = False,
) -> None:
    """Load the Kaggle "Spotify Tracks Dataset": audio features of 89,741 tracks. Loaded once.

    Example: spotiflow ingest kaggle archive.zip
    """
    from spotiflow.ingest.kaggle import load_kaggle, render

    receipt = load_kaggle(settle(), path, force=force, simulated=simulated)
    show(receipt.to_dict() if as_json else render(receipt), as_json=as_json)


@app.command("spotify")
def ingest_spotify(
    listener: Listener = None,
    tracks: Annotated[
        int,
        typer.Option(
            help="Also ask for the metadata of up to so many tracks, and search for as many that came "
            "without an id; most played first.",
            min=0,
        ),
    ] = 0,
    library: Annotated[
        bool, typer.Option("--library", help="Also saved tracks, top items and your own playlists.")
    ] = False,
    probe: Annotated[
        bool, typer.Option("--probe", help="Ask again whether this app may read audio features.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Fetch your last 50 plays from Spotify; run it every 30 to 60 minutes. Needs `spotiflow auth login`.

    Example: spotiflow ingest spotify
    """
    from spotiflow.ingest.spotify.receipt import render, to_dict
    from spotiflow.ingest.spotify.sync import Wishes
    from spotiflow.ingest.spotify.sync import ingest_spotify as poll

    receipt = poll(settle(), listener_id=listener, wishes=Wishes(tracks, library, probe))
    show(to_dict(receipt) if as_json else render(receipt), as_json=as_json)
    if receipt.postponed and as_json:
        raise typer.Exit(receipt.postponed.exit_code)
    if receipt.postponed:
        raise receipt.postponed


@app.command("simulate")
def ingest_simulate(
    listeners: Annotated[int, typer.Option(help="How many people to simulate.")] = 1,
    days: Annotated[int, typer.Option(help="How many days each.")] = 365,
    seed: Annotated[int, typer.Option(help="The same seed gives the same rows, anywhere.")] = 1,
    start: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="First day; default: so that the last is 2026-10-31."),
    ] = None,
    effects: Annotated[
        str,
        typer.Option(
            help="everyday: as people listen. none: no regularity at all. Or one planted on top of none: "
            "weekend, rhythm (24 hours), week (three deviations off), transition (moods take turns)."
        ),
    ] = "everyday",
    as_json: Json = False,
) -> None:
    """Simulate people who do not exist: to try things out, and to test statistics on a known truth.

    Example: spotiflow ingest simulate --listeners 10 --days 365 --seed 1
    """
    from spotiflow.simulate import render, simulate

    receipt = simulate(
        settle(),
        listeners=listeners,
        days=days,
        seed=seed,
        start=start.date() if start else None,
        effect=effects,
    )
    show(receipt.to_dict() if as_json else render(receipt), as_json=as_json)
