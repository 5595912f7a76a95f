"""What models write is tested before gold reads it: keys, ranges, dimensions, leaks, heard discoveries."""

from __future__ import annotations

from pathlib import Path

import duckdb
import yaml

from tests.dbt.project import PROJECT, query, run_dbt

LATER = "timestamp '2999-01-01'"


def test_every_table_that_models_write_is_tested() -> None:
    (_, ml) = yaml.safe_load((PROJECT / "models" / "_sources.yml").read_text(encoding="utf-8"))["sources"]
    for table in ml["tables"]:
        (rows,) = [test["rows_hold"] for test in table.get("data_tests", []) if "rows_hold" in test]
        assert rows["name"] == f"ml_{table['name']}__rows_hold"
        assert set(rows["arguments"]["grain"]) <= {column["name"] for column in table["columns"]}
        assert rows["arguments"]["conditions"], table["name"]


def test_what_a_model_must_not_write_is_found(own: Path) -> None:
    """One fault of each kind, planted into empty tables."""
    ((listener, track),) = query(own, "select listener_id, track_id from silver.plays limit 1")
    with duckdb.connect(str(own / "spotiflow.duckdb")) as db:
        for twice in range(2):
            db.execute(
                f"insert into ml.track_predictions values "
                f"('t', 'valence', '-', 0.{twice}, 0.1, 'route', 'm', '1', {LATER})"
            )
            split = "test" if twice else "train"
            db.execute(
                f"insert into ml.catalogue_split values "
                f"('t{twice}', 'same group', 's{twice}', {1 - twice}, '{split}', '1', {LATER})"
            )
            vector = [0.5] * (1 + twice)
            db.execute(f"insert into ml.track_embeddings values ('t{twice}', {vector}, 'm', '1', {LATER})")
        db.execute(
            f"insert into ml.zone_metrics values ('me', 'kmeans', 4, true, 1.5, 0.4, 0.9, 'm', '1', {LATER})"
        )
        db.execute(
            f"""insert into ml.recommendations (recommendation_id, listener_id, kind, rank, track_id, score,
            reason, is_current, model, model_version, created_at)
            values ('r', ?, 'new', 1, ?, 1, 'why', true, 'm', '1', {LATER})""",
            [listener, track],
        )
    # This one also reads plays, so it is among the tests of a whole build.
    heard = "assert_recommendations__no_heard_track_is_a_discovery"
    done = run_dbt(own, "test", "--select", "source:ml", heard)
    assert {entry.node.name for entry in done.result if entry.status == "fail"} == {
        "ml_track_predictions__rows_hold",
        "ml_zone_metrics__rows_hold",
        "assert_embeddings__one_length_per_model",
        heard,
        "assert_catalogue_split__no_group_on_both_sides",
    }
