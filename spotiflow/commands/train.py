"""`spotiflow train`: train models, and see, promote, take back or verify their versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from spotiflow.commands.shared import Json, settle, show
from spotiflow.core.errors import UsageError

if TYPE_CHECKING:
    from spotiflow.core.settings import Settings

app = typer.Typer()


@app.command()
def train(
    model: Annotated[list[str] | None, typer.Option(help="Train only this model; may be repeated.")] = None,
    recipe: Annotated[
        str, typer.Option(help="best; seed: the older system's models; improvements: its candidates for one.")
    ] = "best",
    as_list: Annotated[
        bool,
        typer.Option("--list", help="List all versions: which are in use, and why."),
    ] = False,
    promote: Annotated[
        tuple[str, str] | None,
        typer.Option(help="Put a version into use, if it passes the rule.", metavar="MODEL VERSION"),
    ] = None,
    rollback: Annotated[
        str | None, typer.Option(help="Go back to the champion before.", metavar="MODEL")
    ] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Train again from the recorded recipes and compare every metric.")
    ] = False,
    include_web_api_content: Annotated[
        bool | None,
        typer.Option(
            "--include-web-api-content/--no-include-web-api-content",
            help="Let models learn from what Spotify's Web API gave, which its Developer Policy (III.14) "
            "forbids (default: no).",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Train the mood models, compare them with baselines, and rebuild the tables that read them.

    Example: spotiflow train --recipe seed
    """
    if sum(map(bool, (as_list, promote, rollback, verify))) > 1:
        raise UsageError(
            "--list, --promote, --rollback and --verify are four different things to do.",
            hint="Give one of them at a time.",
        )
    settings = settle(include_web_api_content=include_web_api_content)
    if as_list:
        _list(settings, model, as_json=as_json)
    elif promote or rollback:
        _change(settings, promote or (str(rollback), None), as_json=as_json)
    elif verify:
        _verify(settings, model, recipe, as_json=as_json)
    else:
        _train(settings, model, recipe, as_json=as_json)


def _train(settings: Settings, models: list[str] | None, recipe: str, *, as_json: bool) -> None:
    from spotiflow.ml.show.screen import render
    from spotiflow.pipeline.stage_runs import train_models

    result = train_models(settings, models=models, recipe=recipe)
    show(result.to_dict() if as_json else render(result), as_json=as_json)


def _list(settings: Settings, models: list[str] | None, *, as_json: bool) -> None:
    from dataclasses import asdict

    from spotiflow.ml.registry.manage import list_versions
    from spotiflow.ml.show.registry_screen import render_versions

    rows = list_versions(settings, models)
    show([asdict(row) for row in rows] if as_json else render_versions(rows), as_json=as_json)


def _change(settings: Settings, what: tuple[str, str | None], *, as_json: bool) -> None:
    from spotiflow.pipeline.stage_runs import change_champion

    change = change_champion(settings, what[0], version=what[1])
    replaced = f" in place of {change.before}" if change.before else ""
    text = f"{change.model} {change.version} is in use now{replaced}: {change.rule}."
    show(change.to_dict() if as_json else text, as_json=as_json)


def _verify(settings: Settings, models: list[str] | None, recipe: str, *, as_json: bool) -> None:
    from spotiflow.ml.registry.verify import verify
    from spotiflow.ml.show.registry_screen import render_verified
    from spotiflow.ml.train import chosen_tasks

    found = verify(settings, chosen_tasks(models, recipe))
    show([one.to_dict() for one in found] if as_json else render_verified(found), as_json=as_json)
    if not all(one.holds for one in found):
        raise typer.Exit(1)
