"""Where plays come from: the one table of sources, from which storing, coverage, gaps and receipts read.

The dbt project reads the same facts as the var `play_sources` in dbt_project.yml; a test compares the two.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Source:
    """What is to be known of one source of plays.

    name: as in `raw.listening_history.source`. title: how receipts call it. plays: how they call its rows.
    rank: whom to believe where sources overlap, the lowest; no two have the same.
    tells_lengths: it says how long was listened; without it, it reports plays that were finished.
    is_whole: it tells of everything Spotify played in its time, so that a row of a weaker whole source which
    it does not know is none. The others also hold what other players played.
    is_export: a file that Spotify makes on request: it closes gaps of polling, and two of one person agree.
    """

    name: str
    title: str
    plays: str
    rank: int
    tells_lengths: bool
    is_whole: bool
    is_export: bool = False


SOURCES = {
    source.name: source
    for source in (
        Source("simulated", "simulated listening", "simulated plays", 0, tells_lengths=True, is_whole=True),
        Source(
            *("extended", "Spotify extended history", "plays of the extended history", 1),
            tells_lengths=True,
            is_whole=True,
            is_export=True,
        ),
        Source(
            *("account", "Spotify account data", "plays of account data", 2),
            tells_lengths=True,
            is_whole=True,
            is_export=True,
        ),
        Source("api", "Spotify's last 50 plays", "polled plays", 3, tells_lengths=False, is_whole=True),
        Source("lastfm", "Last.fm", "scrobbles of Last.fm", 4, tells_lengths=False, is_whole=False),
        Source(
            "listenbrainz", "ListenBrainz", "listens of ListenBrainz", 5, tells_lengths=False, is_whole=False
        ),
    )
}


def names(**facts: bool) -> list[str]:
    """Return the sources of which these facts hold, the most trusted first: `names(is_whole=True)`."""
    ranked = sorted(SOURCES.values(), key=lambda source: source.rank)
    return [one.name for one in ranked if all(getattr(one, fact) is value for fact, value in facts.items())]


def rank_sql(source: str) -> str:
    """Return SQL for the rank of a source, as the table has it."""
    ranks = " ".join(f"when '{one.name}' then {one.rank}" for one in SOURCES.values())
    return f"case {source} {ranks} end"


def dbt_var() -> list[dict[str, Any]]:
    """Return the table as the dbt project reads it."""
    read_by_dbt = ("name", "rank", "tells_lengths", "is_whole")
    return [{fact: asdict(SOURCES[name])[fact] for fact in read_by_dbt} for name in names()]
