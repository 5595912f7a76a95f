"""`/models`: does a model beat its baseline?"""

from __future__ import annotations

from typing import Any

from spotiflow.report.gold.queries import Query
from spotiflow.web import figures, words
from spotiflow.web.figure import Figure, Page
from spotiflow.web.marks.dots import Dot, dots
from spotiflow.web.pages import forecasts
from spotiflow.web.view import View
from spotiflow.web.words import Col, table

# Of each model the version in use; of its figures one that is better the higher it is.
SCORES = Query(
    ("model_performance_metrics",),
    """
    select model, dataset, split, metric, value, n, ci_low, ci_high, baseline_name, baseline_value, version,
        trained_at
    from gold.model_performance_metrics
    where slice = 'all' and listener_id = '-' and value is not null and metric in ('r2', 'macro_f1')
        and split <> 'global_time'
    qualify row_number() over (
        partition by model order by is_champion desc, trained_at desc, version desc, split, metric desc
    ) = 1
    order by model
    """,
)
OWN = Query(
    ("model_performance_metrics",),
    """
    select model, slice, split, metric, value, n, ci_low, ci_high, baseline_name, baseline_value
    from gold.model_performance_metrics
    where listener_id = $listener and value is not null
    qualify row_number() over (
        partition by model, slice, split, metric order by is_champion desc, measured_at desc, version desc
    ) = 1
    order by model, slice, split, metric
    """,
)
NOTHING = (
    "No model yet: they learn from the Kaggle catalogue (spotiflow ingest kaggle archive.zip, then train)."
)


def build(view: View) -> Page:
    """Return the models beside their baselines, and what they said of this listener."""
    return Page(
        "models",
        "Models beside their baselines",
        lead="A model is of use where its interval lies right of the orange tick.",
        groups=(
            ("", (scores(view),)),
            (
                "What they say of your listening",
                (forecasts.energy(view), forecasts.predictions(view), forecasts.classes(view)),
            ),
            ("", (forecasts.sessions(view), forecasts.completion(view))),
            ("Every figure", (own(view),)),
        ),
        has_period=False,
    )


def verdict(row: dict[str, Any]) -> str:
    """Return whether a model is better than its baseline, in words."""
    if row["baseline_value"] is None or row["ci_low"] is None or row["ci_high"] is None:
        return "not certain"
    if row["ci_low"] > row["baseline_value"]:
        return "clear gain"
    return "worse" if row["ci_high"] < row["baseline_value"] else "no clear gain"


def scores(view: View) -> Figure:
    """Return each model of the catalogue on tracks it has not seen."""
    rows = [row | {"verdict": verdict(row)} for row in view.rows(SCORES)]
    title = "On tracks they have not seen"
    if not rows:
        return Figure("scores", title, empty=NOTHING, is_wide=True)
    data = [
        Dot(
            f"{words.label(row['model'])}, {row['metric'].replace('r2', 'R²').replace('macro_f1', 'F1')}",
            row["value"],
            row["ci_low"],
            row["ci_high"],
            f"{words.label(row['model'])}: {words.decimal(row['value'])} "
            f"({words.between(row['ci_low'], row['ci_high'])}), {words.label(row['baseline_name'])} "
            f"{words.decimal(row['baseline_value'])}, n = {row['n']:,}: {row['verdict']}",
            row["baseline_value"],
        )
        for row in rows
    ]
    return Figure(
        "scores",
        title,
        "R² or macro F1 with 95 %; orange: the baseline",
        dots(data, title, "Right of the tick: better than the baseline.", words.decimal, width=1120),
        table(
            rows,
            Col("model", "model", words.label),
            Col("data", "dataset"),
            Col("split", "split", words.label),
            Col("figure", "metric"),
            Col("value", "value", words.decimal),
            Col("95 % from", "ci_low", words.decimal),
            Col("to", "ci_high", words.decimal),
            Col("n", "n", words.count),
            Col("baseline", "baseline_name", words.label),
            Col("its value", "baseline_value", words.decimal),
            Col("verdict", "verdict"),
        ),
        is_wide=True,
    )


def own(view: View) -> Figure:
    """Return every figure that was measured on this listener."""
    return figures.listing(
        "own",
        "Measured on your own plays",
        table(
            view.rows(OWN),
            Col("model", "model", words.label),
            Col("of", "slice"),
            Col("split", "split", words.label),
            Col("figure", "metric", words.label),
            Col("value", "value", words.decimal),
            Col("95 % from", "ci_low", words.decimal),
            Col("to", "ci_high", words.decimal),
            Col("n", "n", words.count),
            Col("baseline", "baseline_name", words.label),
            Col("its value", "baseline_value", words.decimal),
        ),
        empty="Nothing was measured on this listener yet.",
    )
