"""`spotiflow recommend`: what to play again, what to discover, and playlists by sound."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from spotiflow.commands.shared import Json, Listener, confirm, say, settle, show

app = typer.Typer()


@app.command()
def recommend(
    listener: Listener = None,
    playlist: Annotated[
        str | None, typer.Option(help="focus, energy, calm, lift, or path: from one zone to another.")
    ] = None,
    start: Annotated[
        str | None,
        typer.Option("--from", help="Where a path starts: happy, calm, tense, sad, neutral, or now."),
    ] = None,
    target: Annotated[str | None, typer.Option("--to", help="The zone a path leads to.")] = None,
    fast: Annotated[bool, typer.Option("--fast", help="Let a path reach its zone early.")] = False,
    n: Annotated[int | None, typer.Option("-n", min=1, max=100, help="How many tracks (20).")] = None,
    to_spotify: Annotated[
        bool, typer.Option("--to-spotify", help="Make it a private playlist in your account, after asking.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before the playlist is made.")] = False,
    as_json: Json = False,
) -> None:
    """Recommend tracks to play again and to discover, or a playlist by sound; every row says why.

    Example: spotiflow recommend --playlist path --from sad --to happy -n 12
    """
    from spotiflow.pipeline.recommending import Wish, recommend, send_to_spotify

    settings = settle()
    wish = Wish(listener, playlist, start, target, fast, n)
    found = recommend(settings, wish)
    if not to_spotify:
        show(found.to_dict() if as_json else found.render(), as_json=as_json)
        return
    if not as_json:
        show(found.render())
    ask = None if yes else partial(confirm, err=True)
    sent = send_to_spotify(settings, wish, found, ask, partial(say, err=True))
    show(sent.to_dict() | {"recommendations": found.to_dict()} if as_json else sent.text, as_json=as_json)
