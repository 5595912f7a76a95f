"""Podcasts and an audiobook between the music: about one row in twenty."""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from spotiflow.simulate import names
from spotiflow.simulate.clock import epoch
from spotiflow.simulate.features import Floats, Ints
from spotiflow.simulate.listening import MusicPlays
from spotiflow.simulate.population import Listener

# Local hours at which people listen to talk: on the way to work and back, and before sleep (assumed).
_HOURS, _HOUR_SHARES, _HOUR_SPREAD = (7.9, 17.6, 21.8), (0.45, 0.35, 0.2), 0.5
_SHOWS = 5
_CHAPTERS = 14
# Where in the span the audiobook is heard (share), and for how many rows at most.
_BOOK_AT = 0.3
# Candidates per wanted row: some fall into music and are given up.
_SPARE = 1.8
_ROOM_S = 60


@dataclass(frozen=True)
class Content:
    """What a spoken row plays: an episode of a show, or a chapter of a book."""

    uri: str
    title: str
    collection: str
    collection_uri: str | None = None

    @property
    def is_chapter(self) -> bool:
        """Whether it belongs to an audiobook."""
        return self.collection_uri is not None


@dataclass(frozen=True)
class SpokenPlay:
    """One row: content, start (epoch seconds), time played, whether it reached its end."""

    content: Content
    started_s: float
    ms_played: int
    is_finished: bool

    @property
    def ended_s(self) -> int:
        """End in whole epoch seconds."""
        return int(self.started_s + self.ms_played / 1000)


def _candidates(
    rng: np.random.Generator, listener: Listener, first: date, days: int, away: tuple[date, date], n: int
) -> tuple[Floats, Ints]:
    """Draw start seconds and lengths (ms) of possible rows, in order of time."""
    zone = ZoneInfo(listener.time_zone)
    hours = rng.choice(_HOURS, n, p=_HOUR_SHARES) + rng.normal(0, _HOUR_SPREAD, n)
    calendar = [first + timedelta(days=i) for i in rng.integers(0, days, n).tolist()]
    starts = [
        epoch(day, zone, hour)
        for day, hour in zip(calendar, hours.tolist(), strict=True)
        if not away[0] <= day <= away[1]
    ]
    lengths = np.clip(rng.lognormal(np.log(17 * 60_000), 0.9, len(starts)), 8_000, 5_400_000)
    return np.sort(np.array(starts)), lengths.astype(np.int64)


def _fitting(starts: Floats, lengths: Ints, plays: MusicPlays) -> list[int]:
    """Return the candidates that overlap neither music nor each other."""
    music_ends = plays.started_s + plays.ms_played / 1000
    kept, free_from = [], float("-inf")
    for i, (start, length) in enumerate(zip(starts.tolist(), lengths.tolist(), strict=True)):
        end = start + length / 1000 + _ROOM_S
        # Music rows that end after this start and begin before this end.
        touched = np.searchsorted(plays.started_s, end) - np.searchsorted(music_ends, start - _ROOM_S)
        if start >= free_from and touched == 0:
            kept.append(i)
            free_from = end
    return kept


def _episodes(rng: np.random.Generator, n: int) -> list[Content]:
    """Make n contents of a few shows: mostly a new episode, sometimes the last one goes on."""
    shows = [f"The {word} Hour" for word in names.words(rng, _SHOWS)]
    titles, ids = names.albums(rng, n), names.spotify_ids(rng, n)
    numbers = [1] * _SHOWS
    contents: list[Content] = []
    for title, identity, show, u in zip(
        titles, ids, rng.integers(0, _SHOWS, n).tolist(), rng.random(n).tolist(), strict=True
    ):
        if contents and u < 0.25:
            contents.append(contents[-1])
            continue
        label = f"#{numbers[show]}: {title}"
        contents.append(Content(f"spotify:episode:{identity}", label, shows[show]))
        numbers[show] += 1
    return contents


def _chapters(rng: np.random.Generator, n: int) -> list[Content]:
    """Make the first n chapters of one audiobook."""
    identity, *ids = names.spotify_ids(rng, n + 1)
    title = f"The Lighthouse of {names.words(rng, 1)[0]}"
    return [
        Content(f"spotify:chapter:{chapter}", f"Chapter {i + 1}", title, f"spotify:audiobook:{identity}")
        for i, chapter in enumerate(ids)
    ]


def speak(
    rng: np.random.Generator,
    listener: Listener,
    plays: MusicPlays,
    *,
    first: date,
    days: int,
    share: float,
    last_s: float,
) -> list[SpokenPlay]:
    """Draw spoken rows so that they are `share` of all audio rows, none of them beyond `last_s`."""
    wanted = round(len(plays.track) * share / (1 - share))
    starts, lengths = _candidates(rng, listener, first, days, plays.holiday, int(wanted * _SPARE) + 1)
    kept = [i for i in _fitting(starts, lengths, plays) if starts[i] + lengths[i] / 1000 < last_s]
    chosen = np.sort(rng.permutation(np.array(kept, dtype=np.int64))[:wanted])
    n = len(chosen)
    contents = _episodes(rng, n)
    book = slice(int(n * _BOOK_AT), int(n * _BOOK_AT) + min(_CHAPTERS, n // 10))
    contents[book] = _chapters(rng, len(contents[book]))
    finished = rng.random(n) < 0.45
    return [
        SpokenPlay(content, float(starts[i]), int(lengths[i]), bool(done))
        for content, i, done in zip(contents, chosen.tolist(), finished.tolist(), strict=True)
    ]
