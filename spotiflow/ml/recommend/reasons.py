"""Why a track is in a list, in a sentence; every number in it can be recomputed from the gold tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spotiflow.ml.data.features import Codes
from spotiflow.ml.recommend.activation import Plays

RECENT_DAYS = 28
NEW_ARTIST = "artist new to you"


@dataclass(frozen=True)
class Habit:
    """What a listener did with each of their tracks; days are local, since 1970.

    busiest_month: months since 1970 of the month with most plays, the last of several. gap: days from the
    last play of the track to the last play of all.
    """

    plays: Codes
    first_day: Codes
    gap: Codes
    recent: Codes
    busiest_month: Codes
    in_busiest_month: Codes

    @classmethod
    def of(cls, plays: Plays, local_day: Codes) -> Habit:
        """Count per track."""
        last = int(local_day.max(initial=0))
        first_day = np.full(plays.n_tracks, last)
        last_day = np.zeros(plays.n_tracks, dtype=np.int64)
        np.minimum.at(first_day, plays.track, local_day)
        np.maximum.at(last_day, plays.track, local_day)
        recent = np.bincount(plays.track[local_day > last - RECENT_DAYS], minlength=plays.n_tracks)
        month = local_day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        pairs, counts = np.unique(np.column_stack([plays.track, month]), axis=0, return_counts=True)
        order = np.lexsort((pairs[:, 1], counts))
        busiest, most = np.zeros((2, plays.n_tracks), dtype=np.int64)
        busiest[pairs[order, 0]], most[pairs[order, 0]] = pairs[order, 1], counts[order]
        total = plays.counts().astype(np.int64)
        return cls(total, first_day, last - last_day, recent, busiest, most)

    def again(self, track: int) -> str:
        """Say why a known track is listed."""
        n_plays, gap = int(self.plays[track]), int(self.gap[track])
        if n_plays == 1:
            return f"1 play, on {_day(self.first_day[track])}"
        if gap >= RECENT_DAYS:
            month = _month(self.busiest_month[track])
            return f"{plays_text(self.in_busiest_month[track])} in {month}, none for {gap} days"
        since = _day(self.first_day[track])
        return f"{plays_text(n_plays)} since {since}, {self.recent[track]} in the last {RECENT_DAYS} days"


def plays_text(n_plays: int) -> str:
    """Return `1 play` or `12 plays`."""
    return f"{n_plays:,} {'play' if n_plays == 1 else 'plays'}"


def known_artist(n_plays: int, n_tracks: int) -> str:
    """Say how well the artist of a new track is known."""
    tracks = "track" if n_tracks == 1 else "tracks"
    return f"{plays_text(n_plays)} of {n_tracks:,} other {tracks} of the artist"


def new_artist(near: list[str], genre: str | None, genre_share: float, popularity: int) -> str:
    """Say what a track of an unknown artist is like."""
    parts = [f"near {' and '.join(near)}, {NEW_ARTIST}" if near else NEW_ARTIST]
    percent = round(100 * genre_share)
    if genre and percent:
        parts.append(f"{genre} is {percent} % of your plays of known genre")
    return "; ".join([*parts, f"popularity {popularity} of 100"])


def _day(day: int) -> str:
    date = np.datetime64(int(day), "D").astype(object)
    return f"{date.day} {date:%b %Y}"


def _month(month: int) -> str:
    return f"{np.datetime64(int(month), 'M').astype(object):%b %Y}"
