"""`spotiflow auth`: the login to Spotify that polling needs."""

from __future__ import annotations

from typing import Annotated

import typer

from spotiflow.commands.shared import Json, Listener, say, settle, show

app = typer.Typer(help="The login to Spotify that polling needs.", no_args_is_help=True)


@app.command("login")
def auth_login(
    client_id: Annotated[
        str | None, typer.Option(help="Client id of your Spotify app; default: SPOTIFY_CLIENT_ID.")
    ] = None,
    browser: Annotated[
        bool,
        typer.Option("--browser/--no-browser", help="Open a browser here, or paste what another one shows."),
    ] = True,
    port: Annotated[
        int | None,
        typer.Option(
            help="Port Spotify sends the browser back to instead of the setting's (8888).", min=1, max=65535
        ),
    ] = None,
    playlists: Annotated[
        bool, typer.Option("--playlists", help="Also ask for the right to make private playlists.")
    ] = False,
    listener: Listener = None,
) -> None:
    """Log in to Spotify, which lasts six months, and fetch the last 50 plays.

    Example: spotiflow auth login --client-id 0123456789abcdef0123456789abcdef
    """
    from spotiflow.ingest.spotify.auth import Way, log_in
    from spotiflow.ingest.spotify.receipt import render
    from spotiflow.ingest.spotify.sync import ingest_spotify

    settings = settle(spotify_client_id=client_id)
    way = Way(browser=browser, port=port, playlists=playlists)
    login = log_in(settings, listener_id=listener, way=way, say=say)
    name = login.account_name or login.account_id
    say(f"Logged in as {name}; the login ends on {login.ends_at:%Y-%m-%d}.")
    show(render(ingest_spotify(settings, listener_id=listener)))


@app.command("status")
def auth_status(listener: Listener = None, as_json: Json = False) -> None:
    """Show who is logged in, what may be read, and when the login ends.

    Example: spotiflow auth status
    """
    from spotiflow.ingest.spotify.auth import auth_status as status_of

    status = status_of(settle(), listener)
    show(status.to_dict() if as_json else status.render(), as_json=as_json)


@app.command("logout")
def auth_logout(listener: Listener = None) -> None:
    """Remove the login from this machine; the history stays.

    Example: spotiflow auth logout
    """
    from spotiflow.ingest.spotify.auth import log_out

    if log_out(settle(), listener):
        show("Logged out. To withdraw the consent as well: https://www.spotify.com/account/apps")
    else:
        show("There was no login.")
