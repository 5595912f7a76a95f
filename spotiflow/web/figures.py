"""Figures that several pages share: totals, the clock, the calendar, the course of time, rankings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from spotiflow.report.gold.queries import Query
from spotiflow.web import words
from spotiflow.web.figure import Entry, Figure, Table, Tile
from spotiflow.web.marks import bars, cells
from spotiflow.web.view import View
from spotiflow.web.words import Col, table

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# Up to so many days a column is a day.
MOST_DAYS = 62
STATES = {
    "complete": "complete",
    "partial": "in part: API, account data or scrobbles only",
    "unknown": "unknown: a silence that is not believed",
    "missing": "missing",
    "none": "before the first play",
}


@dataclass(frozen=True)
class Part:
    """The plays a figure counts: those of a view, and of an artist, track or album where one is named.

    column: the column of `listening_log` that a filter compares with `name`; `by` narrows an album further.
    """

    view: View
    column: str = ""
    name: str = ""
    by: str = ""

    @property
    def where(self) -> str:
        """The condition in SQL; values are parameters."""
        own = f" and {self.column} = $name" if self.column else ""
        return f"where listener_id = $listener{own}{' and artist_name = $by' if self.by else ''}"

    def rows(
        self, sql: str, tables: tuple[str, ...] = ("listening_log",), **values: Any
    ) -> list[dict[str, Any]]:
        """Ask; `{where}` in the SQL stands for the condition."""
        query = Query(tables, sql.replace("{where}", self.where))
        return self.view.rows(query, name=self.name, by=self.by, **values)


TOTALS = """
select
    count(*) as plays, sum(minutes) as minutes, count(minutes) / nullif(count(*), 0) as ms_played_share,
    count(distinct artist_name) as artists, count(distinct track_id) as tracks,
    count(distinct session_id) as sessions, count(distinct date) as days,
    avg(cast(is_measured as integer)) as measured_share, min(date) as first_date, max(date) as last_date
from gold.listening_log {where} and date between $first and $last
"""
CLOCK = """
select day_of_week, hour_of_day, count(*) as plays, sum(minutes) as minutes
from gold.listening_log {where} and date between $first and $last
group by day_of_week, hour_of_day
"""
DAYS = """
select days.date, days.state, coalesce(log.plays, 0) as plays,
    case when log.plays is null then 0 else log.minutes end as minutes
from gold.history_completeness as days
left join (
    select date, count(*) as plays, sum(minutes) as minutes from gold.listening_log {where} group by date
) as log using (date)
where days.listener_id = $listener and days.date between $first and $last
order by days.date
"""
MONTHS = """
select
    cast(date_trunc('month', date) as date) as start, count(*) as plays, sum(minutes) as minutes
from gold.listening_log {where} and date between $first and $last group by 1 order by 1
"""
DATES = """
select date as start, count(*) as plays, sum(minutes) as minutes
from gold.listening_log {where} and date between $first and $last group by 1 order by 1
"""
TOP = """
with log as (
    select {keys}, track_name, artist_name, minutes, date between $first and $last as is_now
    from gold.listening_log
    {where} and {key} is not null
        and (date between $first and $last or date between $before_first and $before_last)
),
counted as (
    select {keys}, is_now, max({shown}) as title, max(artist_name) as artist,
        count(*) as plays, sum(minutes) as minutes
    from log group by {keys}, is_now
),
ranked as (
    select *, row_number() over (partition by is_now order by {order}, {keys}) as rank from counted
)
select
    now.rank, now.title, now.artist, {now_key} as ident, now.plays, now.minutes, past.rank as before_rank,
    past.plays as before_plays, exists (from log where not is_now) as has_before
from ranked as now
left join ranked as past on not past.is_now and {same}
where now.is_now and now.rank <= $depth order by now.rank
"""
ORDERS = {"plays": "plays desc, minutes desc nulls last", "minutes": "minutes desc nulls last, plays desc"}


@dataclass(frozen=True)
class Ranked:
    """What can be ranked: its heading, the columns that tell one from the other, its page."""

    kind: str
    title: str
    keys: tuple[str, ...]
    shown: str
    shows_artist: bool = True

    def sql(self, unit: str) -> str:
        """Return the ranking by plays or minutes."""
        parts = {
            "{keys}": ", ".join(self.keys),
            "{key}": self.keys[0],
            "{shown}": self.shown,
            "{order}": ORDERS[unit],
            "{now_key}": f"now.{self.keys[0]}",
            "{same}": " and ".join(f"past.{key} is not distinct from now.{key}" for key in self.keys),
        }
        sql = TOP
        for name, value in parts.items():
            sql = sql.replace(name, value)
        # A key that is an artist's name would stand twice in the first select.
        return sql.replace("artist_name, track_name, artist_name", "artist_name, track_name")


ARTISTS = Ranked("artist", "Artists", ("artist_name",), "artist_name", shows_artist=False)
TRACKS = Ranked("track", "Tracks", ("track_id",), "track_name")
ALBUMS = Ranked("album", "Albums", ("album_name", "artist_name"), "album_name")


def totals(part: Part) -> dict[str, Any]:
    """Return the counts of a part."""
    return next(iter(part.rows(TOTALS)), {})


def before(view: View) -> View | None:
    """Return the view of the period before; None where the history does not hold all of it."""
    if view.span.before is None or view.span.before[0] < view.history[0]:
        return None
    first, last = view.span.before
    return replace(view, span=replace(view.span, first=first, last=last, before=None))


def tiles(view: View) -> list[Tile]:
    """Return the large numbers, each beside that of the period before."""
    now = totals(Part(view))
    earlier = before(view)
    past = totals(Part(earlier)) if earlier else {}
    length = "listened"
    if now.get("plays") and now["ms_played_share"] < 1:
        length = f"listened, length told for {words.share(now['ms_played_share'])} of plays"
    shown = (
        ("plays", words.count(now.get("plays")), "plays"),
        ("minutes", words.hours(now.get("minutes")), length),
        ("artists", words.count(now.get("artists")), "artists"),
        ("tracks", words.count(now.get("tracks")), "tracks"),
        ("sessions", words.count(now.get("sessions")), "sessions"),
        ("days", words.count(now.get("days")), "days with music"),
        ("measured_share", words.share(now.get("measured_share")), "of plays have measured sound"),
    )
    return [
        Tile(
            key,
            now.get(key),
            text,
            label,
            "" if key == "measured_share" else words.change(now.get(key), past.get(key)),
        )
        for key, text, label in shown
    ]


def clock(part: Part, key: str = "clock", title: str = "Clock") -> Figure:
    """Return days of the week by hours of the day, local time."""
    unit = part.view.unit
    grid = [[0.0] * 24 for _ in range(7)]
    for row in part.rows(CLOCK):
        grid[row["day_of_week"] - 1][row["hour_of_day"]] = row[unit] or 0.0
    most, day, hour = max((value, -d, -h) for d, line in enumerate(grid) for h, value in enumerate(line))

    def told(day: int, hour: int, value: float) -> str:
        return f"{WEEKDAYS[day]} {hour:02} to {(hour + 1) % 24:02} h: {counted(value, unit)}"

    if not most:
        return Figure(key, title, empty="No plays in this period.")
    hours = [{"hour": f"{h:02}"} | {name: grid[d][h] for d, name in enumerate(cells.DAYS)} for h in range(24)]
    shown = words.minutes if unit == "minutes" else words.count
    return Figure(
        key,
        title,
        f"{unit} by weekday and hour, local time",
        cells.clock(grid, told, title, f"Busiest: {told(-day, -hour, most)}."),
        table(hours, Col("hour", "hour"), *(Col(name, name, shown) for name in cells.DAYS)),
        about=f"Busiest: {told(-day, -hour, most)}.",
    )


def counted(value: float | None, unit: str) -> str:
    """Return `12 plays` or `34 min`."""
    if unit == "minutes":
        return words.minutes(value)
    return f"{value or 0:,.0f} {'play' if value == 1 else 'plays'}"


def calendar(part: Part) -> Figure:
    """Return the days of the period, a block a year, the newest first."""
    view, unit = part.view, part.view.unit
    days = part.rows(DAYS, ("listening_log", "history_completeness"))
    if not any(row["plays"] for row in days):
        return Figure("calendar", "Calendar", empty="No plays in this period.", is_wide=True)
    scale = cells.quantile_steps([row[unit] or 0 for row in days])
    by_year: dict[int, dict[date, cells.Day]] = {}
    for row in days:
        by_year.setdefault(row["date"].year, {})[row["date"]] = _day(view, row)
    best = max(days, key=lambda row: row[unit] or 0)
    missing = sum(row["state"] in cells.HATCHED for row in days)
    active = [row for row in days if row["plays"]]
    hatched = f"Hatched: {missing:,} days of which nothing is known." if missing else "No day is missing."
    return Figure(
        "calendar",
        "Calendar",
        f"{unit} by day; n = {len(active):,} days with music",
        [cells.calendar(year, by_year[year], scale, str(year)) for year in sorted(by_year, reverse=True)],
        table(
            active,
            Col("day", "date", words.day, lambda row: view.of("day", row["date"].isoformat())),
            Col("history", "state"),
            Col("plays", "plays", words.count),
            Col("listened", "minutes", words.minutes),
        ),
        about=f"Most on {words.day(best['date'])}: {counted(best[unit], unit)}. {hatched}",
        is_wide=True,
    )


def _day(view: View, row: Mapping[str, Any]) -> cells.Day:
    day: date = row["date"]
    state = "" if row["state"] == "complete" else f", history {STATES[row['state']]}"
    told = f"{WEEKDAYS[day.weekday()]}, {words.day(day)}: {counted(row[view.unit], view.unit)}{state}"
    href = view.of("day", day.isoformat()) if row["plays"] else None
    return cells.Day(row[view.unit] or 0, row["state"], told, href)


def over_time(part: Part, key: str = "months", title: str = "", is_wide: bool = False) -> Figure:
    """Return a column a month, or a day where the period is short."""
    view, unit = part.view, part.view.unit
    is_daily = view.span.days <= MOST_DAYS
    title = title or f"{'Hours' if unit == 'minutes' else 'Plays'} by {'day' if is_daily else 'month'}"
    found = {row["start"]: row for row in part.rows(DATES if is_daily else MONTHS)}
    if not found:
        return Figure(key, title, empty="No plays in this period.", is_wide=is_wide)
    first, last = max(view.span.first, view.history[0]), min(view.span.last, view.history[1])
    rows = [
        found.get(start, {"start": start, "plays": 0, "minutes": 0.0})
        for start in _starts(first, last, is_daily)
    ]

    def name(start: date) -> str:
        return words.day(start) if is_daily else f"{start:%b %Y}"

    def href(row: Mapping[str, Any]) -> str | None:
        start = row["start"]
        return view.of("day", start.isoformat()) if is_daily else view.page("/", period=f"{start:%Y-%m}")

    columns = [
        bars.Column(
            f"{row['start'].day}" if is_daily else f"{row['start']:%b %y}",
            ((row[unit] or 0) / (60 if unit == "minutes" else 1),),
            f"{name(row['start'])}: {counted(row[unit], unit)}",
            href(row),
        )
        for row in rows
    ]
    axis = (lambda value: f"{value:,.4g} h") if unit == "minutes" else words.count
    return Figure(
        key,
        title,
        "" if view.is_file else "a column leads to its page",
        bars.columns(columns, title, f"{len(columns)} columns.", axis, 1120 if is_wide else 560),
        table(
            rows,
            Col("day" if is_daily else "month", "start", name, href),
            Col("plays", "plays", words.count),
            Col("listened", "minutes", words.minutes),
        ),
        is_wide=is_wide,
    )


def _starts(first: date, last: date, is_daily: bool) -> Iterator[date]:
    at = first if is_daily else first.replace(day=1)
    while at <= last:
        yield at
        at = at + timedelta(days=1) if is_daily else (at + timedelta(days=32)).replace(day=1)


def top(part: Part, ranked: Ranked, depth: int = 10, key: str = "", title: str = "") -> Figure:
    """Return a ranking by plays or minutes, each place beside that of the period before."""
    view, unit = part.view, part.view.unit
    found = part.rows(ranked.sql(unit), depth=depth)
    title = title or ranked.title
    if not found:
        article = "an" if ranked.kind[0] == "a" else "a"
        return Figure(
            key or ranked.kind, title, empty=f"No play of this period names {article} {ranked.kind}."
        )
    most = max(row[unit] or 0 for row in found) or 1
    entries = [
        Entry(
            row["rank"],
            words.name(row["title"]),
            words.name(row["artist"]) if ranked.shows_artist and row["artist"] else "",
            words.amount(row[unit], unit),
            _page_of(view, ranked, row),
            _moved(row, view),
            bars.bar((row[unit] or 0) / most),
        )
        for row in found
    ]
    rows = _ranking_table(view, ranked, found)
    return Figure(key or ranked.kind, title, f"by {unit}", entries=entries, table=rows)


def _ranking_table(view: View, ranked: Ranked, found: list[dict[str, Any]]) -> Table:
    columns = [
        Col("place", "rank", words.count),
        Col(ranked.kind, "title", href=lambda row: _page_of(view, ranked, row)),
        Col("artist", "artist"),
        Col("plays", "plays", words.count),
        Col("listened", "minutes", words.minutes),
        Col("place before", "before_rank", words.count),
        Col("plays before", "before_plays", words.count),
    ]
    hidden = {} if ranked.shows_artist else {"artist"}
    if not found[0]["has_before"]:
        hidden = {*hidden, "place before", "plays before"}
    return table(
        found, *(column for column in columns if column.heading not in hidden or column.key == "title")
    )


def _page_of(view: View, ranked: Ranked, row: Mapping[str, Any]) -> str | None:
    return view.of(ranked.kind, row["ident"], artist=row["artist"] if ranked.kind == "album" else None)


def _moved(row: Mapping[str, Any], view: View) -> str:
    if before(view) is None or not row["has_before"]:
        return ""
    if row["before_rank"] is None:
        return "new"
    by = row["before_rank"] - row["rank"]
    return f"▲ {by}" if by > 0 else f"▼ {-by}" if by < 0 else "="


def listing(
    key: str,
    title: str,
    rows: Table,
    *,
    note: str = "",
    about: str = "",
    empty: str = "",
    is_wide: bool = True,
) -> Figure:
    """Return a figure that is a table itself."""
    if not rows.rows:
        return Figure(key, title, note, empty=empty or "Nothing to show.", about=about, is_wide=is_wide)
    return Figure(key, title, note, table=rows, about=about, is_wide=is_wide, is_table=True)
