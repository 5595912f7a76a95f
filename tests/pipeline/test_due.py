"""What makes a stage due: after a whole first day nothing is, so that a run takes seconds."""

from __future__ import annotations

import pytest

from spotiflow.core.settings import Settings
from spotiflow.pipeline.due import (
    build_not_due,
    rebuild_not_due,
    scoring_not_due,
    training_not_due,
)
from spotiflow.pipeline.stage import Job
from spotiflow.pipeline.stages import LINE
from spotiflow.warehouse.database import open_warehouse


def test_after_the_first_day_nothing_is_due(demo_warehouse: Settings) -> None:
    job = Job(demo_warehouse, lambda _: None)
    assert [stage.name for stage in LINE if stage.not_due(job) is None] == []
    assert build_not_due(job) == "the same rows, models and settings as last time"
    assert training_not_due(job) == "same catalogue, same code"
    assert scoring_not_due(job) == "no new tables, no new models"
    assert rebuild_not_due(job) == "no new figures of models"


YESTERDAY = "update raw.stage_runs set started_at = started_at - interval 36 hours"
BUILT_NOW = "update raw.stage_runs set started_at = now() at time zone 'UTC' where stage = 'build'"
SOMEBODY_ELSE = """
insert into silver.plays by name
select * replace ('guest' as listener_id) from silver.plays where is_music limit 1
"""


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ([BUILT_NOW], "same catalogue, same code; new plays are trained on once a day"),
        ([YESTERDAY], "same catalogue, same code"),
        ([YESTERDAY, BUILT_NOW], None),
        ([SOMEBODY_ELSE], None),
    ],
    ids=["new plays today", "yesterday, nothing since", "yesterday, new plays", "a new listener"],
)
def test_new_plays_are_trained_on_once_a_day(
    demo_warehouse: Settings, changes: list[str], reason: str | None
) -> None:
    with open_warehouse(demo_warehouse) as db:
        for change in changes:
            db.execute(change)
    assert training_not_due(Job(demo_warehouse, lambda _: None)) == reason
