"""The reference of all commands as Markdown, made from their own help."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from tests.paths import ROOT

REFERENCE = ROOT / "docs" / "cli.md"
TOP = """# Commands

Made from each command's `--help` by `make reference`. `spotiflow --home FOLDER COMMAND` works on another
warehouse. Exit codes: 0 done, 1 failed with a sentence, 2 usage, 3 login needed, 4 wait.
"""


def reference(app: typer.Typer) -> str:
    """Return the page: every command with its usage, help, example, arguments and options."""
    return "\n".join([TOP, *(_section(name, command) for name, command in commands(app))])


def commands(app: typer.Typer) -> Iterator[tuple[str, Any]]:
    """Yield every command of the application with its full name, in order of `--help`."""
    yield from _walk("", typer.main.get_command(app))


def _walk(prefix: str, command: Any) -> Iterator[tuple[str, Any]]:
    """Go through a group; one that does something without a further word is a command too."""
    children = getattr(command, "commands", None)
    if children is None or (command.invoke_without_command and prefix):
        yield prefix, command
    for name, child in (children or {}).items():
        yield from _walk(f"{prefix} {name}".strip(), child)


def _section(name: str, command: Any) -> str:
    parameters = [one for one in command.params if one.name != "help" and not one.hidden]
    usage = " ".join(["spotiflow", name, *map(_usage, parameters)])
    text, _, example = (command.help or "").partition("Example: ")
    lines = [f"## {name}", "", " ".join(text.split()), "", "```", usage, "```"]
    if example:
        lines += ["", f"Example: `{' '.join(example.split())}`"]
    if parameters:
        lines += ["", "| | |", "|---|---|", *map(_row, parameters)]
    return "\n".join([*lines, ""])


def _is_option(parameter: Any) -> bool:
    return str(parameter.opts[0]).startswith("-")


def _usage(parameter: Any) -> str:
    if _is_option(parameter):
        return f"[{_names(parameter)}]"
    name = parameter.name.upper() + ("..." if parameter.nargs == -1 else "")
    return name if parameter.required else f"[{name}]"


def _names(option: Any) -> str:
    names = "/".join([*option.opts, *option.secondary_opts])
    if option.is_flag:
        return names
    kind = getattr(option.type_descriptor.annotation, "__name__", "text")
    return f"{names} {kind.upper().replace('STR', 'TEXT').replace('LIST', 'TEXT')}"


def _row(parameter: Any) -> str:
    name = _names(parameter) if _is_option(parameter) else _usage(parameter)
    meaning = " ".join((parameter.help or "").split()).replace("|", "\\|")
    return f"| `{name}` | {meaning} |"
