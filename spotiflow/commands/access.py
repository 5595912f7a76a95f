"""Ways to look into the warehouse: `tables`, `sql`, `path`."""

from __future__ import annotations

import sys
from functools import partial
from typing import Annotated

import typer

from spotiflow.commands.shared import Json, say, settle, show
from spotiflow.core.errors import UsageError

app = typer.Typer()


@app.command()
def tables(
    name: Annotated[str | None, typer.Argument(help="A table, such as top_artists.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="List also the tables that the answers are made of.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List the tables with the question each answers, or describe one with its columns.

    Example: spotiflow tables top_artists
    """
    from spotiflow.report.tables import describe_table, list_tables

    page = describe_table(settle(), name) if name else list_tables(settle(), everything=everything)
    show(page.to_dict() if as_json else page.render(), as_json=as_json)


@app.command()
def sql(
    query: Annotated[
        str | None, typer.Argument(help="One SELECT; default: standard input, at a terminal a prompt.")
    ] = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    as_json: Json = False,
    markdown: Annotated[bool, typer.Option("--md", help="Print a Markdown table.")] = False,
) -> None:
    """Ask the warehouse in SQL, read-only; plain table names are found in gold, silver, bronze, raw.

    Example: spotiflow sql "select artist_name, plays from top_artists where period_kind = 'all' limit 5"
    """
    from spotiflow.report.sql import TABLE_ROWS, as_unicode, format_rows, run_sql, write_rows

    chosen = [form for form, wanted in (("csv", csv), ("json", as_json), ("md", markdown)) if wanted]
    if len(chosen) > 1:
        raise UsageError(
            "More than one output form was asked for.", hint="Choose one of --csv, --json, --md."
        )
    if query is None and sys.stdin.isatty() and not chosen:
        from spotiflow.report.prompt import run_prompt

        run_prompt(settle(), input, show)
        return
    text = query if query is not None else as_unicode(sys.stdin.buffer.read())
    if chosen:
        write_rows(settle(), text, chosen[0], partial(say, nl=False))
    else:
        show(format_rows(run_sql(settle(), text, limit=TABLE_ROWS)))


@app.command()
def path() -> None:
    """Print where the warehouse file is, for other tools.

    Example: spotiflow path; for instance duckdb "$(spotiflow path)"
    """
    say(settle().database_path)
