"""`spotiflow report`: the page, a part of the history, one day of the year, one artist, the methods."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spotiflow.commands.shared import (
    Json,
    Listener,
    need_web,
    settle,
    show,
)

if TYPE_CHECKING:
    from spotiflow.report.drawing.paper import Paper

app = typer.Typer(invoke_without_command=True)

Since = Annotated[
    str | None, typer.Option("--since", help="Only from this day on: 2025-05-17, 2025-05 or 2025.")
]
Until = Annotated[str | None, typer.Option("--until", help="Only up to this day, which is included.")]
Svg = Annotated[Path | None, typer.Option("--svg", help="Save the page as a picture.")]
Html = Annotated[
    Path | None,
    typer.Option("--html", help="Save it as one file for any browser, to keep, print or hand on."),
]
As = Annotated[
    str | None,
    typer.Option("--as", help="In the file of --html: the name to show instead of the listener's."),
]
Hours = Annotated[bool, typer.Option("--hours", help="In the file of --html: also the hours of the day.")]
Methods = Annotated[
    bool,
    typer.Option("--methods", help="What the numbers rest on, in paragraphs to quote, with the sources."),
]


@app.callback()
def report(
    context: typer.Context,
    listener: Listener = None,
    since: Since = None,
    until: Until = None,
    methods: Methods = False,
    svg: Svg = None,
    html: Html = None,
    name: As = None,
    hours: Hours = False,
    as_json: Json = False,
) -> None:
    """Show your listening on one screen; every number comes from a gold table.

    Example: spotiflow report --since 2025-06 --svg summer.svg
    """
    if context.invoked_subcommand is not None:
        _only_before_nothing(context)
        return
    from spotiflow.report.gold.period import between

    period = between(since, until)
    if html or name is not None or hours:
        target = _only_html(html, methods=methods, svg=svg)
        _save_html(target, listener, period, name, hours=hours, as_json=as_json)
        return
    _page(listener, period, methods=methods, svg=svg, as_json=as_json)


@app.command("year")
def report_year(
    year: Annotated[int, typer.Argument(help="The calendar year.", min=1, max=9999)],
    listener: Listener = None,
    methods: Methods = False,
    svg: Svg = None,
    html: Html = None,
    name: As = None,
    hours: Hours = False,
    as_json: Json = False,
) -> None:
    """Show one year: its counts beside the year before, its tops, months, habits and moods of the music.

    Example: spotiflow report year 2025 --html 2025.html --as Anna
    """
    from spotiflow.report.gold.period import of_year

    if html or name is not None or hours:
        target = _only_html(html, methods=methods, svg=svg)
        _save_html(target, listener, of_year(year), name, hours=hours, as_json=as_json)
        return
    _page(listener, of_year(year), methods=methods, svg=svg, as_json=as_json)


@app.command("today")
def report_today(
    date: Annotated[str | None, typer.Option("--date", help="Another day than today: 2025-05-17.")] = None,
    listener: Listener = None,
    svg: Svg = None,
    as_json: Json = False,
) -> None:
    """Show what was played on this day of the year, year by year.

    Example: spotiflow report today
    """
    from spotiflow.report.gold.period import one_day
    from spotiflow.report.sections.today import build_today
    from spotiflow.report.terminal.today import page

    found = build_today(settle(), listener, one_day(date, "--date") if date else None)
    _print(found, page, svg, as_json)


@app.command("artist")
def report_artist(
    name: Annotated[str, typer.Argument(help="The artist, in any case, with or without accents.")],
    listener: Listener = None,
    since: Since = None,
    until: Until = None,
    svg: Svg = None,
    as_json: Json = False,
) -> None:
    """Show one artist in your history: how much, when, which tracks.

    Example: spotiflow report artist "Nina Simone"
    """
    from spotiflow.report.gold.period import between
    from spotiflow.report.sections.artist import build_artist
    from spotiflow.report.terminal.artist import page

    _print(build_artist(settle(), name, listener, between(since, until)), page, svg, as_json)


def _page(listener: str | None, period: Any, *, methods: bool, svg: Path | None, as_json: bool) -> None:
    from spotiflow.report.sections.report import build_report
    from spotiflow.report.terminal.page import Page

    settings = settle()
    report = build_report(settings, listener, period)
    if not methods:
        _print(report, Page, svg, as_json)
        return
    from spotiflow.report.sections.methods import build_methods
    from spotiflow.report.terminal.methods import page

    _print(build_methods(settings, report), page, svg, as_json)


def _only_html(html: Path | None, *, methods: bool, svg: Path | None) -> Path:
    """Return the file; an option that the other form of the report does not know is not lost without a word."""
    from spotiflow.core.errors import UsageError

    if html is None:
        raise UsageError(
            "--as and --hours are about the file that --html saves.", hint="Add: --html report.html"
        )
    if methods or svg:
        raise UsageError(
            f"--html saves one form of the report, {'--methods' if methods else '--svg'} asks for another.",
            hint="Run the command once for each.",
        )
    return html


def _save_html(
    html: Path, listener: str | None, period: Any, name: str | None, *, hours: bool, as_json: bool
) -> None:
    settings = settle()
    need_web()
    from spotiflow.core.files import write_output
    from spotiflow.web.saving.file import Choice, build_file

    write_output(html, build_file(settings, Choice(listener, period, name, hours)))
    _saved(html, as_json=as_json)


def _saved(path: Path, *, as_json: bool) -> None:
    show({"saved": str(path)} if as_json else f"Saved {path}", as_json=as_json)


def _print(found: Any, page: Callable[[Any], Paper], svg: Path | None, as_json: bool) -> None:
    if svg is not None:
        from spotiflow.report.drawing.picture import save

        save(page(found), svg)
        _saved(svg, as_json=as_json)
        return
    show(found.to_dict() if as_json else page(found), as_json=as_json)


def _only_before_nothing(context: typer.Context) -> None:
    """An option before the subcommand would be lost without a word."""
    from spotiflow.core.errors import UsageError

    given = [name for name, value in context.params.items() if value]
    if given:
        option = "--json" if given[0] == "as_json" else f"--{given[0]}"
        raise UsageError(
            f"{option} stands before '{context.invoked_subcommand}', where it would have no effect.",
            hint=f"Write it at the end: spotiflow report {context.invoked_subcommand} ... {option}",
        )
