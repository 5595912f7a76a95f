"""The page of models: every figure that was stored, with what it was measured on, as Markdown.

It is made from a record (`Record`), which can be written as JSON beside the page, so that anyone can make the
same page from the same record and see that nothing on it was written by hand.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from spotiflow.core.errors import NotFoundError
from spotiflow.core.settings import Settings
from spotiflow.ml.improvements import RECIPE as IMPROVEMENTS
from spotiflow.ml.show.answers import answers
from spotiflow.ml.show.page_tables import markdown_table, metric_table
from spotiflow.ml.show.targets import TARGETS, Reached, judge_all
from spotiflow.ml.show.trust import trust
from spotiflow.warehouse.database import open_warehouse

HEAD = """# Models and how good they are

Made by `spotiflow docs models` from the figures that `spotiflow train` stored; not written by hand. Every
figure is from data that the model did not see, stands beside its 95 % interval (whole artists, weeks or
sessions drawn again) and beside a baseline on the same rows. Valence and energy describe music, not people.
"""
SECTIONS = {
    "The models": "best",
    "The older system's models": "seed",
    "Candidates for an improvement": IMPROVEMENTS,
}


@dataclass(frozen=True)
class Record:
    """What the page is made from: rows of versions and metrics, the data, and looks at the frozen test.

    n_looks: of the home that was read. development: looks of whole runs while the models were made, each with
    its date, who looked (the code), why, and how often.
    """

    data: dict[str, Any]
    versions: list[dict[str, Any]]
    metrics: list[dict[str, Any]]
    n_looks: int
    development: list[dict[str, Any]] = field(default_factory=list)

    def to_json(self) -> str:
        """Write the record as JSON."""
        return json.dumps(asdict(self), indent=1, default=str, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Record:
        """Read a record back."""
        return cls(**json.loads(text))


_VERSIONS = """
    select model, version, recipe, model_type, training_approach, train_size, code_version, library_versions,
        split_id, data_hash
    from ml.model_versions
    qualify row_number() over (partition by model order by created_at desc, version desc) = 1
    order by model
"""
_METRICS = """
    select metrics.model, metrics.version, dataset, split, slice, metric,
        dense_rank() over (order by listener_id) as listener, round(value, 6) as value, n,
        round(ci_low, 6) as ci_low, round(ci_high, 6) as ci_high, baseline_name,
        round(baseline_value, 6) as baseline_value
    from ml.model_metrics as metrics
    where version = (
        select max_by(newest.version, newest.created_at) from ml.model_metrics as newest
        where newest.model = metrics.model and newest.split = metrics.split
            and newest.dataset = metrics.dataset
    )
    order by metrics.model, dataset, split, slice, metric, listener_id
"""
_SPLIT = """
    select split_id, count(*) as n_tracks, count(*) filter (where split = 'test') as n_test,
        count(distinct artist_group) as n_artist_groups
    from ml.catalogue_split group by split_id order by max(created_at) desc limit 1
"""


def read_record(settings: Settings) -> Record:
    """Read what is stored of the newest versions. Raises NotFoundError where nothing was trained."""
    with open_warehouse(settings, read_only=True) as db:
        versions, metrics = db.execute(_VERSIONS).df(), db.execute(_METRICS).df()
        split = db.execute(_SPLIT).df()
        looks = db.execute("select count(*) from ml.test_looks").fetchone()
    if metrics.empty:
        raise NotFoundError("There are no figures of models yet.", hint="Train first: spotiflow train")
    data = _records(split)[0] if len(split) else {}
    return Record(data, _records(versions), _records(metrics), int(looks[0]) if looks else 0)


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {name: None if pd.isna(value) else value for name, value in row.items()}
        for row in json.loads(frame.to_json(orient="records", double_precision=6))
    ]


def page_of(record: Record) -> str:
    """Make the page from a record."""
    metrics = pd.DataFrame(record.metrics)
    recipes = {version["model"]: version["recipe"] for version in record.versions}
    known = trust(metrics)
    parts = [HEAD, *(["## How far can I trust these numbers?", known] if known else [])]
    parts.append(_measured_on(record, metrics))
    for title, recipe in SECTIONS.items():
        models = [model for model in dict.fromkeys(metrics["model"]) if recipes.get(model) == recipe]
        body = [answers(metrics)] if recipe == IMPROVEMENTS else []
        body += [metric_table(metrics, models)] if models else []
        parts += [f"## {title}", *body] if body else []
    checks = [model for model in dict.fromkeys(metrics["model"]) if model not in recipes]
    if checks:
        parts.append("## Checks without a model\n\n" + metric_table(metrics, checks))
    parts.append("## What was to be reached\n\n" + _targets(metrics))
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _measured_on(record: Record, metrics: pd.DataFrame) -> str:
    lines = []
    if record.data:
        kind = (
            "the Kaggle Spotify Tracks file" if "catalogue" in set(metrics["dataset"]) else "a simulated one"
        )
        lines.append(
            f"- Catalogue: {kind}, {record.data['n_tracks']:,} different recordings, of which "
            f"{record.data['n_test']:,} are the frozen test; {record.data['n_artist_groups']:,} groups of "
            f"artists, none on both sides; split `{record.data['split_id']}`."
        )
    people = metrics[metrics["dataset"] == "listener"]["listener"].nunique()
    made_up = metrics[(metrics["dataset"] == "simulated") & (metrics["listener"] > 1)]["listener"].nunique()
    lines.append(f"- Listeners: {people} real, {made_up} simulated.")
    lines.append(f"- Looks at the frozen test for these figures: {record.n_looks}.")
    if record.development:
        lines.append(_development(record.development))
    libraries = {version["library_versions"] for version in record.versions}
    lines += [f"- Made with `{text}`." for text in sorted(libraries)]
    return "## What was measured on what\n\n" + "\n".join(lines)


def _development(looks: list[dict[str, Any]]) -> str:
    """Say how often the test was looked at while the models were made, and what was never counted."""
    counted = sum(int(one["looks"]) for one in looks if one["is_counted"])
    guessed = sum(int(one["looks"]) for one in looks if not one["is_counted"])
    first = min(str(one["date"]) for one in looks if one["is_counted"])
    return (
        f"- Looks at the same test while the models were made: {counted:,} counted since {first}, in runs "
        f"that made this page. Those before were not counted; there were roughly {guessed:,}. Settings are "
        "meant to be chosen on inner folds and not by them, but who looks often learns from it all the same."
    )


def _targets(metrics: pd.DataFrame) -> str:
    rows = [
        _target_row(reached) for reached in judge_all(metrics.rename(columns={"listener": "listener_id"}))
    ]
    note = f"{len(rows)} rows of {len(TARGETS)} targets; a floor holds within two standard errors."
    head = ["model", "split", "slice", "metric", "value", "95 % interval", "n", "floor", "stretch", "verdict"]
    return note + "\n\n" + markdown_table(head, rows)


def _target_row(reached: Reached) -> list[str]:
    target = reached.target
    sign = "at most" if target.at_most else "at least"
    stretch = "" if target.stretch is None else f"{target.stretch:g}"
    interval = f"{reached.low:.3f} to {reached.high:.3f}"
    names = [target.model, target.split, target.part, target.metric]
    return [
        *names,
        f"{reached.value:.3f}",
        interval,
        f"{reached.n:,}",
        f"{sign} {target.floor:g}",
        stretch,
        reached.word,
    ]


def write_page(
    settings: Settings,
    path: Path,
    development: list[dict[str, Any]] | None = None,
    record_path: Path | None = None,
) -> Path:
    """Write the page to `path` and its record, beside it where nothing else is said. Raises NotFoundError, OSError.

    development: see Record.
    """
    record = replace(read_record(settings), development=development or [])
    path.parent.mkdir(parents=True, exist_ok=True)
    (record_path or path.with_suffix(".json")).write_text(record.to_json(), encoding="utf-8")
    path.write_text(page_of(Record.from_json(record.to_json())), encoding="utf-8")
    return path
