"""`ingest simulate`: make listeners that do not exist, and a catalogue for them where none is loaded."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np

from spotiflow.core.console import log, progress
from spotiflow.core.errors import UsageError
from spotiflow.core.settings import Settings
from spotiflow.ingest.kaggle import load_kaggle
from spotiflow.simulate.ahead import one_ahead
from spotiflow.simulate.catalogue import make_world, publish
from spotiflow.simulate.catalogue_file import write_catalogue
from spotiflow.simulate.demo import DEFAULT_UNTIL
from spotiflow.simulate.effects import EFFECTS
from spotiflow.simulate.keeping import offer_tracks, store
from spotiflow.simulate.life import (
    Life,
    Span,
    live,
    name_of,
)
from spotiflow.simulate.loaded import load_world
from spotiflow.simulate.simulation_receipt import CatalogueUsed, SimulationReceipt
from spotiflow.simulate.world import World
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.temp_folder import temp_folder

# The simulated catalogue is one and the same for all seeds: else a second simulation in the same warehouse
# would give other rows than it gives in a new one.
_CATALOGUE_SEED, _ROWS_PER_GENRE = 20, 1000
_FEWEST_DAYS, _MOST_DAYS = 7, 36_600
_MOST_LISTENERS = 9_999
# Stored in one transaction: few enough for memory, many enough that the disk is not waited for at each.
_ROWS_AT_ONCE = 60_000
# Moved from the log into the file so much at a time: at the 16 MB that are usual this takes more work than
# the rest of storing, because groups of rows that are not full are written anew each time.
_WRITTEN_AHEAD = "64MB"
# Spotify began in 2006; plays of the future would be rejected by nobody but make no sense to anyone.
_EARLIEST, _LATEST = date(2006, 1, 1), date(2100, 1, 1)


def simulate(
    settings: Settings,
    *,
    listeners: int,
    days: int,
    seed: int,
    start: date | None = None,
    effect: str = "everyday",
) -> SimulationReceipt:
    """Simulate some listeners for some days each, and store their plays.

    start: first local day; without it the days end with a fixed one. effect: one of `effects.EFFECTS`. The
    same arguments and catalogue give the same rows; listener n is the same whoever else is simulated. Some
    listeners at a time are stored in one transaction; those who are there already stay as they are.

    Raises UsageError for numbers out of range, an unknown effect, or where a name is taken by a person or by
    a simulation of other days; InputError where the catalogue has no usable track; WarehouseBusyError,
    WarehouseError, HomeError.
    """
    began = time.monotonic()
    span = _checked(listeners, days, seed, start, effect)
    wanted = {number: name_of(span, number) for number in range(1, listeners + 1)}
    with open_warehouse(settings) as db:
        known = _known(db, span, set(wanted.values()))
        has_catalogue = db.execute("select 1 from raw.kaggle_tracks limit 1").fetchone() is not None
    if not has_catalogue:
        _load_simulated_catalogue(settings)
    missing = [number for number, name in wanted.items() if name not in known]
    counts = _simulate_all(settings, span, missing)
    with open_warehouse(settings, read_only=True) as db:
        catalogue = _catalogue_used(db, is_new=not has_catalogue)
    return SimulationReceipt(
        span=span,
        names=tuple(wanted.values()),
        known=len(known),
        counts=counts,
        catalogue=catalogue,
        seconds=time.monotonic() - began,
    )


def _checked(listeners: int, days: int, seed: int, start: date | None, effect: str) -> Span:
    example = "Example: spotiflow ingest simulate --listeners 10 --days 365 --seed 1"
    if not 1 <= listeners <= _MOST_LISTENERS:
        raise UsageError(
            f"{listeners} listeners were asked for, expected 1 to {_MOST_LISTENERS:,}.", hint=example
        )
    if not _FEWEST_DAYS <= days <= _MOST_DAYS:
        raise UsageError(
            f"{days} days were asked for, expected {_FEWEST_DAYS} to {_MOST_DAYS:,}.", hint=example
        )
    if not 0 <= seed < 2**63:
        raise UsageError(f"The seed is {seed}, expected 0 or more and below 2^63.", hint=example)
    if effect not in EFFECTS:
        raise UsageError(f"'{effect}' is no effect; expected {', '.join(EFFECTS)}.", hint=example)
    first = start or DEFAULT_UNTIL - timedelta(days=days - 1)
    if first < _EARLIEST or first > _LATEST - timedelta(days=days):
        raise UsageError(
            f"The first day is {first}, expected one from {_EARLIEST}, with all days before {_LATEST}.",
            hint="Example: --start 2025-01-01",
        )
    return Span(seed, effect, first, days)


def _known(db: duckdb.DuckDBPyConnection, span: Span, names: set[str]) -> set[str]:
    """Return which of the names were simulated before; refuse names that mean somebody else."""
    rows = db.execute(
        """select listener_id, kind, first_date, days
        from raw.listeners left join raw.simulated_listeners using (listener_id)
        where list_contains($names, listener_id) order by 1""",
        {"names": sorted(names)},
    ).fetchall()
    for name, kind, first, days in rows:
        if kind != "simulated":
            raise UsageError(
                f"The listener '{name}' is a person, and a simulated one would have that name.",
                hint=f"Choose another --seed, or: spotiflow listener rename {name} NEW-NAME",
            )
        if (first, days) != (span.first, span.days):
            of = f"{days} days from {first}" if first else "another kind"
            raise UsageError(
                f"The listener '{name}' is there, simulated for {of}, not for {span.days} from {span.first}.",
                hint="Choose another --seed, or remove them: spotiflow forget --simulated",
            )
    return {row[0] for row in rows}


def _load_simulated_catalogue(settings: Settings) -> None:
    with progress("Simulating a catalogue"):
        rng = np.random.default_rng(_CATALOGUE_SEED)
        world = make_world(rng, rows_per_genre=_ROWS_PER_GENRE)
        catalogue = publish(rng, world, rows_per_genre=_ROWS_PER_GENRE)
        with temp_folder(settings) as folder:
            path = Path(folder) / "simulated_catalogue.csv"
            write_catalogue(path, world, catalogue)
            load_kaggle(settings, path, simulated=True)


def _simulate_all(settings: Settings, span: Span, numbers: list[int]) -> Counter[str]:
    counts = Counter[str]()
    if not numbers:
        return counts
    with open_warehouse(settings) as db:
        db.execute(f"set checkpoint_threshold = '{_WRITTEN_AHEAD}'")
        world = load_world(db)
        offer_tracks(db, world)
        began = time.monotonic()
        with (
            progress("Simulating listeners", total=len(numbers)) as advance,
            closing(one_ahead(_batches(world, span, numbers))) as batches,
        ):
            for lives in batches:
                store(db, lives, span)
                counts.update(
                    listeners=len(lives),
                    rows=sum(len(life.rows) for life in lives),
                    plays=sum(life.n_plays(settings.min_play_seconds) for life in lives),
                    sessions=sum(life.n_sessions for life in lives),
                    effects=sum(len(life.truths) for life in lives),
                )
                advance(len(lives))
        counts["milliseconds"] = round(1000 * (time.monotonic() - began))
        log.info("simulated: %s", dict(counts))
    return counts


def _batches(world: World, span: Span, numbers: list[int]) -> Iterator[list[Life]]:
    """Simulate listeners until there is enough to be stored at once; memory holds so many and no more."""
    batch: list[Life] = []
    for number in numbers:
        batch.append(live(world, span, number))
        if sum(len(life.rows) for life in batch) >= _ROWS_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _catalogue_used(db: duckdb.DuckDBPyConnection, *, is_new: bool) -> CatalogueUsed:
    row = db.execute(
        "select count(distinct track_id), bool_or(is_simulated) from raw.kaggle_tracks"
    ).fetchone() or (0, False)
    return CatalogueUsed(tracks=row[0], is_simulated=bool(row[1]), is_new=is_new)
