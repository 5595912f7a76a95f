"""What training writes into the warehouse: everything of one training in one short transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import duckdb
import pandas as pd

from core.database import open_warehouse
from core.settings import Settings
from ml import forecasts
from ml.catalogue import Catalogue
from ml.evaluate import NO_LISTENER
from ml.registry import Alias, Version, write_registry
from ml.routed import RoutedModel


@dataclass
class Harvest:
    """What a training has made and not yet stored.

    models: of the new versions, by file name, as read from those files. A prediction frame that is None
    leaves what is stored as it is.
    """

    now: datetime
    catalogue: Catalogue | None = None
    versions: list[Version] = field(default_factory=list)
    models: dict[str, RoutedModel] = field(default_factory=dict)
    aliases: list[Alias] = field(default_factory=list)
    metrics: list[pd.DataFrame] = field(default_factory=list)
    play_predictions: pd.DataFrame | None = None
    track_predictions: pd.DataFrame | None = None
    forecasts: pd.DataFrame | None = None

    @property
    def all_metrics(self) -> pd.DataFrame:
        """All new metric rows in one frame."""
        return pd.concat(self.metrics, ignore_index=True) if self.metrics else pd.DataFrame()


def store(settings: Settings, harvest: Harvest) -> None:
    """Write everything or nothing. Model files are there already, so no row points at a missing one."""
    with open_warehouse(settings) as db:
        db.begin()
        try:
            _store_split(db, harvest)
            write_registry(db, harvest.versions, harvest.aliases)
            _store_metrics(db, harvest)
            for table in ("play_predictions", "track_predictions", "forecasts"):
                _replace(db, table, getattr(harvest, table), harvest.now)
            db.commit()
        except BaseException:
            db.rollback()
            raise


def _store_split(db: duckdb.DuckDBPyConnection, harvest: Harvest) -> None:
    """Write the split of a catalogue the first time it is seen; later trainings find it frozen."""
    if harvest.catalogue is None:
        return
    split_id = harvest.catalogue.split_id
    if db.execute("select 1 from ml.catalogue_split where split_id = ? limit 1", [split_id]).fetchone():
        return
    _insert(db, "catalogue_split", harvest.catalogue.split_rows(), harvest.now)


def _store_metrics(db: duckdb.DuckDBPyConnection, harvest: Harvest) -> None:
    """Add metric rows; a listener's figures on a version are replaced, as their history has grown."""
    rows = harvest.all_metrics
    if rows.empty:
        return
    db.register("new_metrics", rows)
    db.execute(
        """
        delete from ml.model_metrics using new_metrics
        where model_metrics.listener_id = new_metrics.listener_id
            and model_metrics.model = new_metrics.model and model_metrics.version = new_metrics.version
            and model_metrics.listener_id <> ?
        """,
        [NO_LISTENER],
    )
    known = db.execute(
        "select distinct model, version from ml.model_metrics where listener_id = '-'"
    ).fetchall()
    of_catalogue = rows["listener_id"] == NO_LISTENER
    is_known = pd.Series(list(zip(rows["model"], rows["version"], strict=True))).isin(known)
    _insert(db, "model_metrics", rows[~(of_catalogue & is_known)], harvest.now)


def _replace(db: duckdb.DuckDBPyConnection, table: str, rows: pd.DataFrame | None, now: datetime) -> None:
    """Put new predictions in the place of the old: they belong to the champion and the newest history."""
    if rows is None:
        return
    db.execute(f"delete from ml.{table}")
    _insert(db, table, rows, now)


def _insert(db: duckdb.DuckDBPyConnection, table: str, rows: pd.DataFrame, now: datetime) -> None:
    if rows.empty:
        return
    db.register("new_rows", rows.assign(created_at=pd.Timestamp(now)))
    db.execute(f"insert into ml.{table} by name select * from new_rows")
    db.unregister("new_rows")


def forecast_rows(found: list[forecasts.ListenerForecast], version: str) -> pd.DataFrame:
    """Return the rows of ml.forecasts of all listeners."""
    frames = [one.rows for one in found if one.rows is not None]
    rows = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    return rows.assign(model=forecasts.MODEL, model_version=version)
