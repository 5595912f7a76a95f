"""What Spotify's Web API gave stays out of everything that learns, unless somebody lets it in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from spotiflow.core.settings import Settings, load_settings
from spotiflow.ml.data import learnable
from spotiflow.ml.data.features import AUDIO_FEATURES
from spotiflow.ml.engine.sources import Query, read
from spotiflow.ml.recommend.inputs import HEARD, PLAYED, STREAMED
from spotiflow.ml.recommend.plan import plan
from spotiflow.ml.registry.manage import list_versions, stored_registry
from spotiflow.ml.train import TASKS, train
from spotiflow.warehouse.database import open_warehouse
from tests.ml.builders import catalogue_rows, play_rows, write_silver

# Values that stand nowhere else: a play's session, features and a name that only the Web API told.
SESSION, VALENCE, NAME = "session-of-a-poll", 0.98765432, "Name from the Web API"
DAYS = 70
# Lists count whatever was heard, which is no learning; their features are looked at all the same.
COUNTED = {HEARD, PLAYED, STREAMED}


def write(home: Path, *, has_api: bool) -> Settings:
    """A home with an export of 70 days; with polls of five days more, fetched features and a fetched name."""
    settings = load_settings(home=home)
    rows = catalogue_rows(300)
    own = play_rows(rows[:100], 6 * DAYS, per_day=6)
    polled = play_rows(rows[:40], 30, listener="polled", per_day=6).assign(
        listener_id="me", source="api", session_id=SESSION
    )
    for column in ("started_at", "played_at"):
        polled[column] += pd.Timedelta(days=DAYS)
    for column in ("listening_date", "local_date"):
        polled[column] = polled["played_at"].dt.date
    # Of these only Spotify has features, so without them nobody has.
    is_fed = own["track_id"].isin(rows["track_id"][90:100])
    own.loc[is_fed, "valence"] = VALENCE if has_api else None
    own.loc[is_fed, "is_measured"] = has_api
    plays = pd.concat([own, polled], ignore_index=True) if has_api else own
    write_silver(settings, rows, plays, rows[:100])
    with open_warehouse(settings) as db:
        db.execute(
            """
            create table silver.track_metadata as
            select listener_id, track_id, track_name, primary_artist, album_name, duration_ms from silver.tracks;
            update silver.track_metadata set duration_ms = null, album_name = null
            where track_id = 'track00000'
            """
        )
        fed = "track_id in (select distinct track_id from silver.tracks order by track_id limit 10 offset 90)"
        names = "silver.track_features", "silver.heard_tracks", "silver.listening_with_features"
        for table in names:
            if has_api:
                db.execute(f"update {table} set valence = {VALENCE}, is_measured = true where {fed}")
            else:
                blank = ", ".join(f"{name} = null" for name in AUDIO_FEATURES)
                db.execute(f"update {table} set {blank}, is_measured = false where {fed}")
        if has_api:
            db.execute(
                "insert into silver.real_track_features "
                f"select listener_id, track_id, 'spotify' from silver.tracks where {fed}"
            )
            fetched = "insert into raw.tracks (track_id, track_name, fetched_at) values (?, ?, now())"
            db.execute(fetched, ["track00000", NAME])
            for table in ("silver.track_metadata", "silver.tracks"):
                db.execute(f"update {table} set track_name = ? where track_id = 'track00000'", [NAME])
    return settings


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Settings]:
    """The home with content of the Web API, and one that never had any."""
    folder = tmp_path_factory.mktemp("content")
    return write(folder / "with", has_api=True), write(folder / "without", has_api=False)


def all_rows(settings: Settings) -> dict[Query, pd.DataFrame]:
    """What every task of every recipe would read."""
    queries = [query for task in TASKS for query in task.reads]
    _, rows = read(settings, [], lambda _: queries)
    return {query: found for query, found in rows.items() if found is not None}


def holds(rows: pd.DataFrame, marker: str | float) -> bool:
    return bool((rows.astype(object) == marker).any().any())


def test_no_task_reads_it(homes: tuple[Settings, Settings]) -> None:
    found = all_rows(homes[0])
    assert len(found) > 12
    for query, rows in found.items():
        assert not holds(rows, VALENCE), query.sql
        if query not in COUNTED:
            assert not holds(rows, SESSION), query.sql
            assert not holds(rows, NAME), query.sql


def test_the_tasks_read_it_where_it_is_let_in(homes: tuple[Settings, Settings]) -> None:
    found = all_rows(replace(homes[0], include_web_api_content=True))
    for marker in (VALENCE, SESSION, NAME):
        assert any(holds(rows, marker) for query, rows in found.items() if query not in COUNTED), marker


def test_what_is_read_is_what_a_home_without_it_holds(homes: tuple[Settings, Settings]) -> None:
    """Row by row, so that a version made from it has the same digest."""
    tables = {learnable.PLAYS, learnable.LISTENING, learnable.FEATURES, learnable.NAMES}
    inputs = {one for task in TASKS for one in task.inputs if one.table in tables}
    assert {one.table for one in inputs} == tables
    hashes = [read(home, inputs, lambda _: [])[0].hashes for home in homes]
    opened = read(replace(homes[0], include_web_api_content=True), inputs, lambda _: [])[0].hashes
    for one in inputs:
        assert hashes[0][one] == hashes[1][one], one.table
        assert hashes[0][one] != opened[one], one.table


def test_lists_know_every_play_but_learn_from_the_own_ones(homes: tuple[Settings, Settings]) -> None:
    rows = all_rows(homes[0])
    assert (~rows[PLAYED]["may_teach"]).sum() == 30
    assert all_rows(replace(homes[0], include_web_api_content=True))[PLAYED]["may_teach"].all()


@pytest.mark.parametrize("is_included", [False, True])
def test_playlists_made_on_the_spot_read_the_same(
    homes: tuple[Settings, Settings], *, is_included: bool
) -> None:
    made = plan(replace(homes[0], include_web_api_content=is_included), "me", "focus", 5)
    assert len(made) == 5


def test_a_version_says_what_it_learned_from(homes: tuple[Settings, Settings]) -> None:
    made = []
    for settings in (homes[1], homes[0], replace(homes[0], include_web_api_content=True)):
        result = train(settings, models=["daily_forecast"])
        version = stored_registry(settings).champion("daily_forecast")
        assert version
        card = (settings.models_dir / str(version.card)).read_text()
        made.append((version, card, "\n".join(result.notes)))
    (without, _, silence), (kept_out, card, note), (let_in, open_card, warning) = made
    assert kept_out.digest == without.digest
    assert let_in.digest != without.digest
    assert [one.has_web_api_content for one, _, _ in made] == [False, False, True]
    assert let_in.train_size > kept_out.train_size
    assert [row.has_web_api_content for row in list_versions(homes[0])] == [True, False]
    assert "kept out, as Spotify's Developer Policy (III.14) asks" in card
    assert "included by your own choice" in open_card
    assert "Web API" not in silence
    assert "Not learned from: 30 plays, features of 10 and names of 1 tracks" in note
    assert "because you asked for it" in warning
    assert "forbids" in warning


@pytest.mark.slow
def test_on_real_tables_nothing_else_is_left_out(demo_warehouse: Settings) -> None:
    """The demo has an account that polls; what is left of its tables is all but that."""
    with open_warehouse(demo_warehouse, read_only=True) as db:
        tables = "select schema_name || '.' || table_name from duckdb_tables()"
        existing = {row[0] for row in db.execute(tables).fetchall()}
        views = learnable.open_views(db, existing, include_web_api=False)
        assert len(views) == 6
        counts = {view: db.execute(f"select count(*) from {view}").fetchall()[0][0] for view in sorted(views)}
        ours = "select count(*) from silver.{} where source <> 'api'"
        assert counts[learnable.PLAYS] == db.execute(ours.format("plays")).fetchall()[0][0] > 0
        listening = ours.format("listening_with_features")
        assert counts[learnable.LISTENING] == db.execute(listening).fetchall()[0][0]
        for view, table in ((learnable.FEATURES, "track_features"), (learnable.HEARD, "heard_tracks")):
            assert counts[view] == db.execute(f"select count(*) from silver.{table}").fetchall()[0][0]
