"""`spotiflow ingest`: ways into the raw tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands.shared import Json, Listener, TimeZone, settle, show

app = typer.Typer(
    help="Bring data in: exports, polls, scrobbles, the Kaggle catalogue, audio features.",
    no_args_is_help=True,
)


@app.command("export")
def ingest_export(
    paths: Annotated[list[Path], typer.Argument(help="Zip, folder or files that Spotify sent you.")],
    listener: Listener = None,
    time_zone: TimeZone = None,
    skip_incognito: Annotated[bool, typer.Option(help="Leave out plays of private sessions.")] = False,
    per_file: Annotated[
        bool, typer.Option(help="One line per file instead of the first and the total.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Import privacy exports of any generation: account data and extended history. Safe to repeat.

    Example: spotiflow ingest export my_spotify_data.zip --time-zone Europe/Paris
    """
    from ingest.exports import import_exports
    from ingest.exports.receipt import render

    receipt = import_exports(
        settle(), paths, listener_id=listener, time_zone=time_zone, skip_incognito=skip_incognito
    )
    show(receipt.to_dict() if as_json else render(receipt, per_file=per_file), as_json=as_json)
    if not receipt.is_complete:
        raise typer.Exit(1)


@app.command("scrobbles")
def ingest_scrobbles(
    paths: Annotated[
        list[Path], typer.Argument(help="CSV or JSON of Last.fm; zip, JSON or JSONL of ListenBrainz.")
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
    from ingest.scrobbles import import_scrobbles, render

    receipt = import_scrobbles(settle(), paths, listener_id=listener, time_zone=time_zone)
    show(receipt.to_dict() if as_json else render(receipt, per_file=per_file), as_json=as_json)
    if not receipt.is_complete:
        raise typer.Exit(1)


@app.command("kaggle")
def ingest_kaggle(
    path: Annotated[Path, typer.Argument(help="dataset.csv, or the zip as Kaggle gives it.")],
    force: Annotated[bool, typer.Option(help="Load again, replacing the catalogue that is there.")] = False,
    simulated: Annotated[bool, typer.Option(help="Mark the catalogue as generated, not measured.")] = False,
    as_json: Json = False,
) -> None:
    """Load the Kaggle "Spotify Tracks Dataset": audio features of 89,741 tracks. Loaded once.

    Example: spotiflow ingest kaggle archive.zip
    """
    from ingest.kaggle import load_kaggle, render

    receipt = load_kaggle(settle(), path, force=force, simulated=simulated)
    show(receipt.to_dict() if as_json else render(receipt), as_json=as_json)


@app.command("spotify")
def ingest_spotify(
    listener: Listener = None,
    tracks: Annotated[
        int, typer.Option(help="Also ask for the metadata of up to so many tracks, most played first.", min=0)
    ] = 0,
    library: Annotated[
        bool, typer.Option("--library", help="Also saved tracks, top items and your own playlists.")
    ] = False,
    probe: Annotated[
        bool, typer.Option("--probe", help="Ask anew whether this app may read audio features.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Fetch your last 50 plays from Spotify; run it every 30 to 60 minutes. Needs `spotiflow auth login`.

    Example: spotiflow ingest spotify
    """
    from ingest.spotify.receipt import render, to_dict
    from ingest.spotify.sync import Wishes
    from ingest.spotify.sync import ingest_spotify as poll

    receipt = poll(settle(), listener_id=listener, wishes=Wishes(tracks, library, probe))
    show(to_dict(receipt) if as_json else render(receipt), as_json=as_json)
    if receipt.postponed and as_json:
        raise typer.Exit(receipt.postponed.exit_code)
    if receipt.postponed:
        raise receipt.postponed
