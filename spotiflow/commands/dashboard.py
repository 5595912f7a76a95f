"""`spotiflow dashboard`: the pages in the browser of this machine, and the door for players beside them."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Annotated

import typer

from spotiflow.commands.shared import Json, Listener, need_web, settle, show

if TYPE_CHECKING:
    from spotiflow.core.settings import Settings

app = typer.Typer()
token = typer.Typer(
    help="Who may submit listens to this server: a token for each player.", no_args_is_help=True
)
app.add_typer(token, name="token")

LOCAL = "127.0.0.1"
Port = Annotated[int, typer.Option("--port", help="Port of this machine; 0: any free one.", min=0, max=65535)]
Host = Annotated[
    str,
    typer.Option(
        "--host", help="Address to listen on; 0.0.0.0 lets players on other machines submit, by token."
    ),
]


@app.callback(invoke_without_command=True)
def dashboard(
    context: typer.Context,
    listener: Listener = None,
    port: Port = 8765,
    host: Host = LOCAL,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Print the address only, open no browser.")
    ] = False,
) -> None:
    """Show everything in the browser, and take in what players submit: on this machine only, until Ctrl+C.

    Example: spotiflow dashboard
    """
    if context.invoked_subcommand:
        return
    settings = settle()
    need_web()
    open_pages(settings, listener, host, port, is_browser_wanted=not no_browser)


def open_pages(
    settings: Settings,
    listener: str | None = None,
    host: str = LOCAL,
    port: int = 0,
    *,
    is_browser_wanted: bool = True,
) -> None:
    """Serve the pages of a home until Ctrl+C, or open those that are served; without a port on any free one."""
    from spotiflow.web.serving.access import new_address
    from spotiflow.web.serving.server import Place, running_port, serve

    def opened(address: str) -> None:
        say_who_may_come(host)
        _open(address, is_wanted=is_browser_wanted)

    if (running := running_port(settings)) is not None:
        _open(new_address(settings, running), is_wanted=is_browser_wanted)
        return
    gc.enable()  # Other commands end soon (see cli.main), this one may run for months.
    try:
        serve(settings, Place(host, port), listener=_checked(settings, listener), on_start=opened)
    except KeyboardInterrupt:
        # The way to end it, so nothing was cut off.
        typer.echo("The dashboard is closed.", err=True)


@token.command("add")
def token_add(
    listener: Annotated[str, typer.Argument(help="Whose listens the player submits, such as me.")],
    note: Annotated[str, typer.Option("--note", help="What it is for, such as phone.")] = "",
    as_json: Json = False,
) -> None:
    """Make a token for a player; it is printed this once, and only its digest is kept.

    Example: spotiflow dashboard token add me --note phone
    """
    from spotiflow.ingest.submissions.tokens import add_token

    made, plain = add_token(settle(), listener, note)
    text = (
        f"Token for a player of {made.listener_id}, shown only now:\n\n  {plain}\n\n"
        "Give the player this token and the address of the server as its ListenBrainz address: "
        "http://127.0.0.1:8765 on this machine (docs/scrobbling.md has the names of the settings).\n"
        "next: spotiflow dashboard"
    )
    show(made.to_dict() | {"token": plain} if as_json else text, as_json=as_json)


@token.command("list")
def token_list(as_json: Json = False) -> None:
    """List the players that have a token, never the tokens themselves.

    Example: spotiflow dashboard token list
    """
    from spotiflow.ingest.submissions.tokens import read_tokens, render

    tokens = read_tokens(settle())
    show([one.to_dict() for one in tokens] if as_json else render(tokens), as_json=as_json)


@token.command("remove")
def token_remove(
    ident: Annotated[str, typer.Argument(metavar="ID", help="The id that the list shows.")],
) -> None:
    """Remove a token: its player is refused from now on, also by a server that runs.

    Example: spotiflow dashboard token remove 1a2b3c4d
    """
    from spotiflow.ingest.submissions.tokens import remove_token

    gone = remove_token(settle(), ident)
    what = f" ({gone.note})" if gone.note else ""
    show(f"Token {gone.ident} of {gone.listener_id}{what} is removed.")


def say_who_may_come(host: str) -> None:
    """Say what it means that others reach the server, where they do."""
    from spotiflow.web.serving.server import is_open_to_others

    if is_open_to_others(host):
        show(
            f"Everybody who reaches {host} of this machine can ask this server. Players submit with their token; "
            "pages open under 127.0.0.1 only. Nothing is encrypted: keep it to a network you trust, or put a "
            "reverse proxy with TLS before it (docs/scrobbling.md)."
        )


def _checked(settings: Settings, listener: str | None) -> str:
    """Raise what is wrong with the listener or the warehouse before a browser opens."""
    from spotiflow.report.gold.queries import Gold
    from spotiflow.web.serving.snapshot import take
    from spotiflow.web.view import look

    if listener is None or not settings.database_path.exists():
        return listener or ""
    with take(settings).reading() as gold:
        assert isinstance(gold, Gold)
        return look(gold, {"listener": listener}, "").listener


def _open(address: str, *, is_wanted: bool) -> None:
    show(f"The dashboard: {address}\nThe address opens it once; for another browser, run the command again.")
    if is_wanted:
        import webbrowser

        webbrowser.open(address)
