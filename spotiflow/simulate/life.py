"""One simulated listener from seed to rows: the person, their listening, and what is true of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from spotiflow.simulate.effects import Truth, habits_for, truths
from spotiflow.simulate.listening import MusicPlays, listen
from spotiflow.simulate.playback import observe
from spotiflow.simulate.population import Listener, draw_person
from spotiflow.simulate.taste import WEEKS_PER_STEP, Turn, draw_turns
from spotiflow.simulate.world import World


@dataclass(frozen=True)
class Span:
    """What all listeners of one simulation share: seed, effect and days from the first local one on."""

    seed: int
    effect: str
    first: date
    days: int


@dataclass(frozen=True)
class Life:
    """A simulated listener with everything that happened to them."""

    name: str
    listener: Listener
    plays: MusicPlays
    truths: tuple[Truth, ...]
    rows: pd.DataFrame

    @property
    def n_sessions(self) -> int:
        """Sessions with at least one row."""
        return len(np.unique(self.plays.session))

    def n_plays(self, least_s: int) -> int:
        """Rows that are at least so many seconds long."""
        return int((self.rows["ms_played"] >= least_s * 1000).sum())

    @property
    def digest(self) -> str:
        """Fingerprint of what was played when and for how long; the same on every machine."""
        columns = (self.rows[name].to_numpy().astype("<i8") for name in ("track", "started_ms", "ms_played"))
        return hashlib.sha256(b"".join(column.tobytes() for column in columns)).hexdigest()


def name_of(span: Span, number: int) -> str:
    """Return the name of the n-th listener (from 1), such as `sim-1-0001` or `sim-weekend-1-0001`."""
    kind = "" if span.effect == "everyday" else f"{span.effect}-"
    return f"sim-{kind}{span.seed}-{number:04d}"


def live(world: World, span: Span, number: int) -> Life:
    """Simulate the n-th listener; nothing depends on how many others there are."""
    rng = np.random.default_rng([span.seed, number])
    listener = draw_person(rng, world.genres)
    turns = draw_turns(rng, listener, span.days) if span.effect == "everyday" else ()
    plays = listen(
        rng,
        world,
        listener,
        habits_for(span.effect),
        first=span.first,
        days=span.days,
        effect=span.effect,
        turns=turns,
    )
    known = truths(span.effect, span.first, span.days, plays.planted_size)
    planted = (*known, *(_truth_of(turn, world, span) for turn in turns))
    return Life(name_of(span, number), listener, plays, planted, _rows(rng, plays))


def _truth_of(turn: Turn, world: World, span: Span) -> Truth:
    first = span.first + timedelta(weeks=turn.step * WEEKS_PER_STEP)
    last = span.first + timedelta(days=span.days - 1)
    words = f"{world.genres[turn.gained]} takes the place of {world.genres[turn.lost]}"
    return Truth("taste", first, last, None, words)


def _rows(rng: np.random.Generator, plays: MusicPlays) -> pd.DataFrame:
    """Return the plays as columns of whole numbers and words."""
    seen = observe(rng, plays)
    started_ms = np.round(plays.started_s * 1000).astype(np.int64)
    rows = pd.DataFrame(
        {
            "row_number": np.arange(1, len(plays.track) + 1),
            "track": plays.track,
            "started_ms": started_ms,
            "ended_s": (started_ms + plays.ms_played) // 1000,
            "ms_played": plays.ms_played,
            "platform": seen.platform,
            "shuffle": seen.shuffle,
            "skipped": seen.skipped,
            "offline": seen.offline,
            "is_private_session": seen.incognito,
            "reason_start": seen.reason_start,
            "reason_end": seen.reason_end,
        }
    )
    # The same track clicked away twice within a second would be one play by its id.
    return rows.drop_duplicates(["track", "ended_s", "ms_played"]).drop(columns="ended_s")
