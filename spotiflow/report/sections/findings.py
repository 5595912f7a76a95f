"""Three findings in words.

The rule: the candidates below stand in a fixed order; each speaks only when its gate holds, and the first
three that speak are shown. A gate asks for enough plays and for more than chance gives: of listeners without
any habit at most one in twenty may get such a sentence, which a test tries on two hundred. A share of new
tracks is a plain count.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from spotiflow.core import words
from spotiflow.report.gold.queries import (
    GENRES,
    NEW_TRACKS,
    SKIPS_BY_FAMILIARITY,
    TOP_ARTISTS,
    WEEKEND,
    YEAR_CHANGE,
    Gold,
)
from spotiflow.report.sections.who import Who

SHOWN = 3
# Plays under which nothing is called a finding.
GATE_PLAYS = 100
# Weeks that both years need to be compared, and the least change worth a sentence.
GATE_YEAR_WEEKS = 8
LEAST_CHANGE = 0.1
# Standard errors beyond which a difference is not left to chance.
CERTAIN = 3.0
# Share of plays whose genre must be known before the most frequent one is named.
LEAST_KNOWN_GENRE = 0.2
FAVOURITES = 10


@dataclass(frozen=True)
class Finding:
    """One sentence, the gold tables behind it, its figures by name and n, the number of units counted."""

    key: str
    source: tuple[str, ...]
    text: str
    figures: dict[str, float | int | str]
    n: int


Candidate = Callable[[Gold, Who], Finding | None]


def load(gold: Gold, who: Who) -> tuple[Finding, ...]:
    """Return the first three findings whose gate holds."""
    if who.plays < GATE_PLAYS:
        return ()
    found = (candidate(gold, who) for candidate in CANDIDATES)
    return tuple([finding for finding in found if finding is not None][:SHOWN])


def _year_change(gold: Gold, who: Who) -> Finding | None:
    """The same part of two years: weeks of known days, silent ones too."""
    years = gold.rows(YEAR_CHANGE, listener=who.listener_id)
    if len(years) < 2 or min(year["weeks"] for year in years) < GATE_YEAR_WEEKS:
        return None
    before, after = years
    then, now = before["plays_per_day"], after["plays_per_day"]
    error = math.sqrt(sum(year["variance"] / year["weeks"] for year in years))
    if not then or abs(now - then) <= max(LEAST_CHANGE * then, CERTAIN * error):
        return None
    change, n = now / then - 1, before["days"] + after["days"]
    part = "" if after["until"] == "12-31" else f", both up to {after['until']}"
    text = (
        f"You play {words.share(abs(change))} {'more' if change > 0 else 'less'} in {after['year']} than in "
        f"{before['year']}{part}: {now:.1f} against {then:.1f} plays a day ({words.n(n, 'days')})."
    )
    figures = {
        "change": change,
        "plays_per_day": now,
        "plays_per_day_before": then,
        "year": after["year"],
        "year_before": before["year"],
        "until": after["until"],
    }
    return Finding("year_change", YEAR_CHANGE.tables, text, figures, n)


def _skips_of_new(gold: Gold, who: Who) -> Finding | None:
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


def _weekend(gold: Gold, who: Who) -> Finding | None:
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


def _new_share(gold: Gold, who: Who) -> Finding | None:
    row = gold.first(NEW_TRACKS, listener=who.listener_id)
    if row is None or row["tracks"] < GATE_PLAYS:
        return None
    text = (
        f"{words.share(row['share'])} of the tracks you play in a month are new to this history "
        f"({words.n(row['tracks'], 'tracks')}, {row['months']} months)."
    )
    figures = {"share": row["share"], "months": row["months"]}
    return Finding("new_share", NEW_TRACKS.tables, text, figures, row["tracks"])


def _favourites(gold: Gold, who: Who) -> Finding | None:
    rows = gold.rows(TOP_ARTISTS, listener=who.listener_id, depth=FAVOURITES)
    if len(rows) < FAVOURITES or who.artists < 2 * FAVOURITES:
        return None
    # Were all artists alike, the plays of one would spread as those of a Poisson process of whole sessions.
    even, together = who.plays / who.artists, who.plays / max(1, who.sessions)
    if rows[-1]["plays"] <= even + 2 * CERTAIN * math.sqrt(even * together):
        return None
    share = sum(row["plays"] for row in rows) / who.plays
    text = (
        f"Your {FAVOURITES} most played of {who.artists:,} artists make up {words.share(share)} of plays "
        f"({words.n(who.plays, 'plays')})."
    )
    figures = {"share": share, "artists": who.artists, "favourites": FAVOURITES}
    return Finding("favourites", TOP_ARTISTS.tables, text, figures, who.plays)


def _genre(gold: Gold, who: Who) -> Finding | None:
    """The first genre must lead the second by more than chance, with the session as the unit."""
    rows = gold.rows(GENRES, listener=who.listener_id, depth=2)
    if not rows or rows[0]["known_share"] < LEAST_KNOWN_GENRE:
        return None
    row, shares = rows[0], [row["share"] for row in rows] + [0.0]
    lead, both = shares[0] - shares[1], shares[0] + shares[1]
    if lead <= CERTAIN * math.sqrt(max(0.0, both - lead**2) / max(1, who.sessions)):
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
    _favourites,
    _genre,
)
