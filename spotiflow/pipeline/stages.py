"""The line: every stage in order, with what makes it due. A new stage is one more entry of LINE."""

from __future__ import annotations

from spotiflow.core.errors import NotFoundError
from spotiflow.pipeline import (
    due,
    listens,
    polling,
    publishing,
    sources,
)
from spotiflow.pipeline.stage import Done, Job, Stage
from spotiflow.pipeline.stage_runs import (
    build_tables,
    rebuild_tables,
    score_models,
    train_models,
)


def _build(job: Job) -> Done:
    from spotiflow.report.build_summary import render_build

    result = build_tables(job.settings)
    job.show(render_build(result))
    return Done(f"{len(result.models)} models, {result.n_tests_passed} tests passed")


def _train(job: Job) -> Done:
    from spotiflow.ml.show.screen import render

    result = train_models(job.settings, rebuild=False)
    job.show(render(result))
    return Done(result.summary, is_idle=not result.changed, inputs=due.training_inputs(job.settings))


def _score(job: Job) -> Done:
    # Remembered as it was before: what arrives meanwhile is for the next run.
    inputs = due.scoring_inputs(job.settings)
    try:
        result = score_models(job.settings)
    except NotFoundError as error:
        return Done(f"no figures yet: {error.message}", is_idle=True, inputs=inputs)
    what = "forecasts and lists are new." if result.changed else "forecasts and lists stay as they are."
    return Done(" ".join([what, *result.notes]), is_idle=not result.changed, inputs=inputs)


def _rebuild(job: Job) -> Done:
    inputs = due.model_rows(job.settings)
    result = rebuild_tables(job.settings)
    return Done(f"{len(result.models)} models, {result.n_tests_passed} tests passed", inputs=inputs)


LINE = (
    Stage(
        "spotify",
        "asks Spotify for the last 50 plays of everybody who is logged in",
        "poll",
        polling.not_due,
        polling.poll,
    ),
    Stage(
        "listens",
        "takes in what players have submitted to the dashboard's server",
        "poll",
        listens.not_due,
        listens.take_in,
    ),
    Stage(
        "files",
        "takes in paths, the inbox and the sources of config.toml",
        "build",
        sources.not_due,
        sources.take_in,
    ),
    Stage("build", "builds bronze, silver and gold, and tests them", "build", due.build_not_due, _build),
    Stage(
        "train",
        "trains the models on the catalogue and on each listener",
        "train",
        due.training_not_due,
        _train,
    ),
    Stage("score", "brings forecasts and lists up to the newest plays", "build", due.scoring_not_due, _score),
    Stage("rebuild", "builds the tables that read the models again", "build", due.rebuild_not_due, _rebuild),
    Stage(
        "publish",
        "publishes gold and silver to the targets that are set",
        "publish",
        publishing.not_due,
        publishing.publish_all,
    ),
)
