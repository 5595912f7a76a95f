"""What all commands share: options declared once, settings, and printing as text or JSON."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from spotiflow.core.settings import Settings

Listener = Annotated[
    str | None, typer.Option("--listener", help="Whose listening; default: the only one there is.")
]
TimeZone = Annotated[
    str | None,
    typer.Option(
        "--time-zone", help="Where the listener lives, such as Europe/Paris; default: this machine's."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]
Synthetic = Annotated[
    bool | None,
    typer.Option(
        "--allow-synthetic/--no-allow-synthetic",
        help="Let synthetic audio features stand in where nothing was measured (default: yes).",
    ),
]
Predictions = Annotated[
    bool | None,
    typer.Option(
        "--use-predictions/--no-use-predictions",
        help="Let predicted audio features fill silver.track_features_completed (default: no).",
    ),
]


def settle(**options: Any) -> Settings:
    """Return the settings of this run and start the log; an option of None is left to the environment."""
    from spotiflow.core.console import start_log
    from spotiflow.core.files import keep_private
    from spotiflow.core.settings import load_settings

    # Whatever is written from here on is for its owner: DuckDB, dbt and the log ask nobody.
    keep_private()
    settings = load_settings(**options)
    start_log(settings)
    return settings


def need_web() -> None:
    """Raise InputError where the packages of the extra are not installed."""
    from importlib.util import find_spec

    if missing := [name for name in ("starlette", "uvicorn", "jinja2") if find_spec(name) is None]:
        from spotiflow.core.errors import InputError

        raise InputError(
            f"Pages for a browser need the package {missing[0]}, which is not installed.",
            hint='Install it with: pip install "spotiflow[web]"',
        )


def say(text: object, *, err: bool = False, nl: bool = True) -> None:
    """Print text as it is, for a file or program to read; at a terminal without what it would obey."""
    from spotiflow.core.safe_text import safe

    stream = sys.stderr if err else sys.stdout
    is_shown = stream.isatty()
    typer.echo(safe(str(text)) if is_shown else str(text).encode("utf-8", "surrogateescape"), err=err, nl=nl)


def confirm(question: str, *, err: bool = False) -> bool:
    """Ask a person for a yes or no."""
    from spotiflow.core.safe_text import safe

    return typer.confirm(safe(question), err=err)


def show(result: Any, *, as_json: bool = False) -> None:
    """Print a rich renderable, or with `as_json` a dictionary as JSON."""
    if as_json:
        import json

        from spotiflow.core.safe_text import safe_json

        say(safe_json(json.dumps(result, indent=2, default=str, ensure_ascii=False)))
        return
    from spotiflow.core.console import console

    # A path or command in a sentence must stay in one piece, to be copied.
    is_one_piece = isinstance(result, str) or getattr(result, "overflow", None) == "ignore"
    console.print(result, soft_wrap=is_one_piece)
