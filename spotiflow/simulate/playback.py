"""How the player saw each music row: how it began and ended, on which device, online or not."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spotiflow.simulate.features import Floats, Ints
from spotiflow.simulate.listening import MusicPlays

Flags = NDArray[np.bool_]
Texts = NDArray[Any]

# Shares of sessions (assumed): without network; private; with a device start time although online (the last
# is a fifth of rows in one published history, docs/evidence.md 4).
_OFFLINE_SHARE, _PRIVATE_SHARE, _TIMED_SHARE = 0.025, 0.008, 0.2
# The words of exports since 2023-10 (docs/evidence.md 4).
_PLATFORMS, _PLATFORM_SHARES = ("android", "windows", "linux", "not_applicable"), (0.72, 0.19, 0.06, 0.03)
# How a session begins, and how one ends in the middle of a track (words: docs/evidence.md 4).
_OPENINGS, _OPENING_SHARES = ("clickrow", "playbtn", "appload"), (0.55, 0.33, 0.12)
_CLOSINGS = ("logout", "endplay", "unexpected-exit-while-paused", "unexpected-exit")
_CLOSING_SHARES = (0.3, 0.35, 0.25, 0.1)
# A skip is the forward button, or a click on another track.
_FORWARD_SHARE = 0.86
_FOLLOWED_BY = {"trackdone": "trackdone", "fwdbtn": "fwdbtn", "backbtn": "backbtn", "endplay": "clickrow"}


@dataclass(frozen=True)
class Playback:
    """Columns beside `MusicPlays`. `offline_timestamp`: epoch seconds, 0 for none; `ts_s`: the end logged."""

    ts_s: Ints
    reason_start: Texts
    reason_end: Texts
    shuffle: Flags
    skipped: Flags
    offline: Flags
    offline_timestamp: Ints
    incognito: Flags
    platform: Texts


def _some_sessions(rng: np.random.Generator, session: Ints, share: float) -> Flags:
    """Mark the rows of a share of sessions, of one at least."""
    existing = np.unique(session)
    n = min(max(round(share * len(existing)), 1), len(existing))
    return np.isin(session, rng.choice(existing, n, replace=False))


def _reasons(rng: np.random.Generator, plays: MusicPlays) -> tuple[Texts, Texts]:
    """Return why each row began and ended: the next row's beginning follows from this one's end."""
    n = len(plays.track)
    opens = np.ones(n, dtype=bool)
    opens[1:] = plays.session[1:] != plays.session[:-1]
    closes, again = np.ones(n, dtype=bool), np.zeros(n, dtype=bool)
    closes[:-1] = opens[1:]
    again[:-1] = (plays.track[1:] == plays.track[:-1]) & ~closes[:-1]
    forward = rng.random(n) < _FORWARD_SHARE
    closing = rng.choice(_CLOSINGS, n, p=_CLOSING_SHARES)
    skip = np.where(again, "backbtn", np.where(forward, "fwdbtn", "endplay"))
    end = np.where(plays.is_finished, "trackdone", np.where(closes, closing, skip))
    follows = np.array([_FOLLOWED_BY.get(reason, "") for reason in np.roll(end, 1).tolist()])
    start = np.where(opens, rng.choice(_OPENINGS, n, p=_OPENING_SHARES), follows)
    return start, end


def _logged_end(rng: np.random.Generator, plays: MusicPlays, offline: Flags) -> Ints:
    """Return the second logged as end; for offline rows that of the upload, one for the whole session."""
    ended = np.floor(plays.started_s + plays.ms_played / 1000).astype(np.int64)
    for session in np.unique(plays.session[offline]).tolist():
        rows = plays.session == session
        # Sessions are 35 minutes apart: an upload within half an hour comes before the next one.
        ended[rows] = int(ended[rows].max()) + int(rng.integers(20, 1800))
    return ended


def _device_start(rng: np.random.Generator, started_s: Floats, timed: Flags, offline: Flags) -> Ints:
    """Return the device's start second: exact when offline, up to 5 s early on some online rows, else 0."""
    early = np.where(offline, 0, rng.integers(0, 6, len(started_s)))
    return np.where(timed | offline, started_s.astype(np.int64) - early, 0)


def observe(rng: np.random.Generator, plays: MusicPlays) -> Playback:
    """Draw what the player logs about the rows, consistent within rows and from row to row."""
    offline = _some_sessions(rng, plays.session, _OFFLINE_SHARE)
    start, end = _reasons(rng, plays)
    timed = _some_sessions(rng, plays.session, _TIMED_SHARE)
    n_sessions = int(plays.session.max(initial=0)) + 1
    device = rng.choice(_PLATFORMS, n_sessions, p=_PLATFORM_SHARES)[plays.session]
    return Playback(
        ts_s=_logged_end(rng, plays, offline),
        reason_start=start,
        reason_end=end,
        shuffle=plays.shuffled_session,
        skipped=np.isin(end, ("fwdbtn", "backbtn")),
        offline=offline,
        offline_timestamp=_device_start(rng, plays.started_s, timed, offline),
        incognito=_some_sessions(rng, plays.session, _PRIVATE_SHARE),
        platform=np.where(offline, "android", device),
    )
