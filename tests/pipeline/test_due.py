"""What makes a stage due: after a whole first day nothing is, so that a run takes seconds."""

from __future__ import annotations

from core.settings import Settings
from pipeline.due import build_not_due, rebuild_not_due, scoring_not_due, training_not_due
from pipeline.line import LINE
from pipeline.stage import Job


def test_after_the_first_day_nothing_is_due(demo_warehouse: Settings) -> None:
    job = Job(demo_warehouse, lambda _: None)
    assert [stage.name for stage in LINE if stage.not_due(job) is None] == []
    assert build_not_due(job) == "the same rows, models and settings as last time"
    assert training_not_due(job) == "same catalogue, same code"
    assert scoring_not_due(job) == "no new tables, no new models"
    assert rebuild_not_due(job) == "no new figures of models"
