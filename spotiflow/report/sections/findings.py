"""Three findings in words.

The rule: the candidates below stand in a fixed order; each speaks only when its gate holds (enough plays, and
an interval or a margin that excludes "no difference"); the first three that speak are shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from spotiflow.core import words
from spotiflow.report.gold.queries import (
    GENRES,
    NEW_TRACKS,
    SKIPS_BY_FAMILIARITY,
    TOP_ARTISTS,
    WEEKEND,
    YEARS,
    Gold,
)
from spotiflow.report.sections.clock import DAYS, Clock
from spotiflow.report.sections.who import Who

SHOWN = 3
# Plays under which nothing is called a finding.
GATE_PLAYS = 100
# Days with plays that a year needs before it is compared, and the least change worth a sentence.
GATE_YEAR_DAYS = 60
LEAST_CHANGE = 0.1
# A busiest hour is one when it holds at least this many plays, and times the plays of an even week's hour.
LEAST_PEAK_PLAYS = 30
LEAST_PEAK = 2.0
# Share of plays whose genre must be known before the most frequent one is named.
LEAST_KNOWN_GENRE = 0.2
FAVOURITES = 10
HOURS_IN_WEEK = 168


@dataclass(frozen=True)
class Finding:
    """One sentence, the gold tables behind it, its figures by name and n, the number of units counted."""

    key: str
    source: tuple[str, ...]
    text: str
    figures: dict[str, float | int | str]
    n: int


Candidate = Callable[[Gold, Who, Clock], Finding | None]


def load(gold: Gold, who: Who, clock: Clock) -> tuple[Finding, ...]:
    """Return the first three findings whose gate holds."""
    if who.plays < GATE_PLAYS:
        return ()
    found = (candidate(gold, who, clock) for candidate in CANDIDATES)
    return tuple([finding for finding in found if finding is not None][:SHOWN])


def _year_change(gold: Gold, who: Who, _: Clock) -> Finding | None:
    years = gold.rows(YEARS, listener=who.listener_id)[-2:]
    if len(years) < 2 or min(year["days"] for year in years) < GATE_YEAR_DAYS:
        return None
    before, after = years
    per_day = [year["plays"] / year["days"] for year in years]
    change = per_day[1] / per_day[0] - 1
    if abs(change) < LEAST_CHANGE:
        return None
    n = before["days"] + after["days"]
    text = (
        f"On a day with music you play {words.share(abs(change))} {'more' if change > 0 else 'less'} in "
        f"{after['year']} than in {before['year']}: {per_day[1]:.1f} against {per_day[0]:.1f} plays "
        f"({words.n(n, 'days')})."
    )
    figures = {
        "change": change,
        "plays_per_day": per_day[1],
        "plays_per_day_before": per_day[0],
        "year": after["year"],
        "year_before": before["year"],
    }
    return Finding("year_change", YEARS.tables, text, figures, n)


def _skips_of_new(gold: Gold, who: Who, _: Clock) -> Finding | None:
    """First hearings against tracks heard most often; the two intervals must not overlap."""
    rows = gold.rows(SKIPS_BY_FAMILIARITY, listener=who.listener_id, definition=who.skip_definition)
    if len(rows) < 2:
        return None
    first, last = rows[0], rows[-1]
    if any(row["n"] < GATE_PLAYS or row["ci_low"] == row["ci_high"] for row in (first, last)):
        return None
    if first["ci_low"] <= last["ci_high"] and last["ci_low"] <= first["ci_high"]:
        return None
    n = first["n"] + last["n"]
    text = (
        f"You skip {words.share(first['skip_share'])}"
        f"{words.share_interval(first['ci_low'], first['ci_high'])} of tracks heard the "
        f"{first['value']}, "
        f"{words.share(last['skip_share'])}{words.share_interval(last['ci_low'], last['ci_high'])} "
        f"heard {last['value']} ({words.n(n, 'streams')})."
    )
    figures = {
        f"{name}_{end}": row[name]
        for end, row in (("first", first), ("last", last))
        for name in ("skip_share", "ci_low", "ci_high")
    }
    return Finding("skips_by_familiarity", SKIPS_BY_FAMILIARITY.tables, text, figures, n)


def _weekend(gold: Gold, who: Who, _: Clock) -> Finding | None:
    """The length of sessions; gold's q value, over all metrics of the table, has to be under .05."""
    row = gold.first(WEEKEND, listener=who.listener_id)
    if row is None:
        return None
    low, high = sorted(abs(row[end]) for end in ("ci_low", "ci_high"))
    difference, metric = abs(row["difference"]), row["metric"]
    side = "more" if row["difference"] > 0 else "less"
    text = (
        f"A session at the weekend has {difference:.1f} {metric} {side} ({low:.1f} to {high:.1f}) than on a "
        f"weekday: {row['mean_weekend']:.1f} against {row['mean_weekday']:.1f} "
        f"({words.n(row['n'], 'sessions')})."
    )
    figures = {
        "metric": metric,
        "difference": difference,
        "ci_low": low,
        "ci_high": high,
        "weekend": row["mean_weekend"],
        "weekday": row["mean_weekday"],
    }
    return Finding("weekend", WEEKEND.tables, text, figures, row["n"])


def _new_share(gold: Gold, who: Who, _: Clock) -> Finding | None:
    row = gold.first(NEW_TRACKS, listener=who.listener_id)
    if row is None or row["tracks"] < GATE_PLAYS:
        return None
    text = (
        f"{words.share(row['share'])} of the tracks you play in a month are new to this history "
        f"({words.n(row['tracks'], 'tracks')}, {row['months']} months)."
    )
    figures = {"share": row["share"], "months": row["months"]}
    return Finding("new_share", NEW_TRACKS.tables, text, figures, row["tracks"])


def _busiest_hour(_: Gold, who: Who, clock: Clock) -> Finding | None:
    cells = [(plays, -day, -hour) for day, row in enumerate(clock.cells) for hour, plays in enumerate(row)]
    plays, day, hour = max(cells)
    share = plays / who.plays
    if plays < LEAST_PEAK_PLAYS or share * HOURS_IN_WEEK < LEAST_PEAK:
        return None
    text = (
        f"{DAYS[-day]} {-hour:02}-{(1 - hour) % 24:02} h is your busiest hour: "
        f"{words.share(share)} of plays, {share * HOURS_IN_WEEK:.1f} times an even share "
        f"({words.n(who.plays, 'plays')})."
    )
    figures: dict[str, float | int | str] = {
        "share": share,
        "times": share * HOURS_IN_WEEK,
        "day": DAYS[-day],
        "hour": -hour,
    }
    return Finding("busiest_hour", clock.source, text, figures, who.plays)


def _favourites(gold: Gold, who: Who, _: Clock) -> Finding | None:
    rows = gold.rows(TOP_ARTISTS, listener=who.listener_id, depth=FAVOURITES)
    if len(rows) < FAVOURITES or who.artists < 2 * FAVOURITES:
        return None
    share = sum(row["plays"] for row in rows) / who.plays
    text = (
        f"Your {FAVOURITES} most played of {who.artists:,} artists make up {words.share(share)} of plays "
        f"({words.n(who.plays, 'plays')})."
    )
    figures = {"share": share, "artists": who.artists, "favourites": FAVOURITES}
    return Finding("favourites", TOP_ARTISTS.tables, text, figures, who.plays)


def _genre(gold: Gold, who: Who, _: Clock) -> Finding | None:
    row = gold.first(GENRES, listener=who.listener_id, depth=1)
    if row is None or row["known_share"] < LEAST_KNOWN_GENRE:
        return None
    n = round(row["plays"] / row["share"])
    text = (
        f"Your most frequent genre is {words.clean(row['genre'])}: {words.share(row['share'])} of the plays "
        f"whose genre is known ({words.n(n, 'plays')}, {words.share(row['known_share'])} of all)."
    )
    figures = {"genre": row["genre"], "share": row["share"], "known_share": row["known_share"]}
    return Finding("genre", GENRES.tables, text, figures, n)


CANDIDATES: tuple[Candidate, ...] = (
    _year_change,
    _skips_of_new,
    _weekend,
    _new_share,
    _busiest_hour,
    _favourites,
    _genre,
)
