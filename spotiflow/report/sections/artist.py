"""`spotiflow report artist NAME`: one artist in a listener's history, counted from the log of plays."""

from __future__ import annotations

import difflib
import unicodedata
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from spotiflow.core import words
from spotiflow.core.errors import NotFoundError
from spotiflow.core.settings import Settings
from spotiflow.report.gold.listeners import choose
from spotiflow.report.gold.period import Period
from spotiflow.report.gold.queries import Gold, Query
from spotiflow.report.sections import ranking, years
from spotiflow.warehouse.database import open_warehouse

LOG = ("listening_log",)
WHERE = "where listener_id = $listener and date between $first and $last"
NEAR = 3
DEPTH = 10
ARTISTS = Query(
    LOG,
    f"""
    select artist_name as name, count(*) as plays from gold.listening_log {WHERE}
    group by 1 order by 2 desc, 1
    """,
)
FACTS = Query(
    LOG,
    f"""
    with log as (select * from gold.listening_log {WHERE}),
    days as (
        select date, date - lag(date) over (order by date) as pause_days
        from (select distinct date from log where artist_name = $name)
    )
    select
        count(*) as plays, sum(minutes) as minutes, count(distinct track_id) as tracks,
        count(*) / (select count(*) from log) as share,
        (select count(*) + 1 from (
            select count(*) as plays from log where artist_name is not null group by artist_name
        ) where plays > (select count(*) from log where artist_name = $name)) as rank,
        (select count(distinct artist_name) from log) as artists,
        count(distinct date) as days, min(date) as first_date, max(date) as last_date,
        (select max(pause_days) from days) as longest_pause_days,
        avg(is_measured::int) as measured_share,
        avg(valence) filter (where is_measured) as valence, avg(energy) filter (where is_measured) as energy,
        count(valence) filter (where is_measured) as n_measured,
        bool_or(is_simulated) as is_simulated
    from log where artist_name = $name
    """,
)
YEARS = Query(
    LOG,
    f"""
    select year(date)::integer as year, count(*) as plays, sum(minutes) as minutes,
        count(distinct date) as days
    from gold.listening_log {WHERE} and artist_name = $name group by 1 order by 1
    """,
)
TRACKS = Query(
    LOG,
    f"""
    select
        cast(row_number() over (
            order by count(*) desc, sum(ms_played) desc nulls last, track_id
        ) as integer) as rank,
        max(track_name) as name, max(album_name) as artist, count(*) as plays, sum(minutes) as minutes
    from gold.listening_log {WHERE} and artist_name = $name
    group by track_id order by rank limit {DEPTH}
    """,
)


@dataclass(frozen=True)
class ArtistReport:
    """One artist: how much, when, which tracks.

    `rank` is among the listener's artists by plays, `share` of all plays; the `artist` of a track's entry is
    the album it is on; valence and energy are means over the measured plays.
    """

    source: tuple[str, ...]
    listener_id: str
    artist: str
    plays: int
    minutes: float | None
    tracks: int
    share: float
    rank: int
    artists: int
    days: int
    first_date: date
    last_date: date
    longest_pause_days: int | None
    measured_share: float
    valence: float | None
    energy: float | None
    n_measured: int
    is_simulated: bool
    top_tracks: ranking.Ranking
    years: years.Years
    period: Period | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the report as `--json` prints it."""
        return asdict(self)


def build_artist(
    settings: Settings, name: str, listener: str | None = None, period: Period | None = None
) -> ArtistReport:
    """Read one artist, found by the name in any case and with or without accents.

    Raises NotFoundError with near names for an artist who was not played; otherwise as
    `report.terminal.build_report`.
    """
    with open_warehouse(settings, read_only=True) as db:
        gold = Gold(db)
        chosen = choose(gold, settings, listener)
        first, last = (period or Period()).bounds
        values: dict[str, Any] = {"listener": chosen, "first": first, "last": last}
        values["name"] = artist = _find(gold, name, values, period)
        (facts,) = gold.rows(FACTS, **values)
        tracks = tuple(ranking.Entry(**row) for row in gold.rows(TRACKS, **values))
        by_year = tuple(years.Year(**row) for row in gold.rows(YEARS, **values))
    return ArtistReport(
        source=LOG,
        listener_id=chosen,
        artist=artist,
        top_tracks=ranking.Ranking("Top tracks", LOG, tracks),
        years=years.Years(LOG, by_year),
        period=period,
        **facts,
    )


def _find(gold: Gold, wanted: str, values: dict[str, Any], period: Period | None) -> str:
    known = [str(row["name"]) for row in gold.rows(ARTISTS, **values) if row["name"] is not None]
    folded = {folded_name(name): name for name in reversed(known)}
    key = folded_name(wanted)
    if wanted in known or key in folded:
        return wanted if wanted in known else folded[key]
    near = [name for name in known if key and key in folded_name(name)][:NEAR]
    near += [
        folded[match]
        for match in difflib.get_close_matches(key, folded, n=NEAR, cutoff=0.6)
        if folded[match] not in near
    ]
    when = f" in the period {period}" if period else ""
    hint = "Your artists: spotiflow sql \"select artist_name from top_artists where period_kind = 'all'\"."
    if near:
        hint = f"Did you mean {' or '.join(words.clean(name) for name in near[:NEAR])}?"
    raise NotFoundError(f"No play{when} is by an artist '{words.clean(wanted)}'.", hint=hint)


def folded_name(name: str) -> str:
    """Return a name without case, accents and outer spaces, to compare with."""
    plain = unicodedata.normalize("NFKD", name.strip().casefold())
    return "".join(char for char in plain if not unicodedata.combining(char))
