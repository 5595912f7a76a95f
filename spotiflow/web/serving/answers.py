"""What players ask to see that it worked: how many listens there are, and the newest of them.

It is gold as the pages show it, with what was submitted since: waiting in the inbox, or taken in and not built.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from spotiflow.core.errors import NotFoundError, WarehouseBusyError
from spotiflow.ingest.submissions.spool import waiting
from spotiflow.report.gold.queries import Query
from spotiflow.web.serving.players import newest_of
from spotiflow.web.serving.snapshot import Keeper

USUAL_COUNT, MOST_COUNT = 25, 100

COUNT = Query(
    ("listening_overview",),
    "select plays from gold.listening_overview where listener_id = $listener",
)
UNBUILT = Query((), "select count(*) as plays from raw.unbuilt_listens where listener_id = $listener")
NEWEST = Query(
    ("listening_log",),
    """
    select started_at, track_name, artist_name, album_name
    from (
        select started_at, track_name, artist_name, album_name from gold.listening_log
        where listener_id = $listener
        union all
        select played_at, track_name, artist_name, album_name from raw.unbuilt_listens
        where listener_id = $listener
    )
    where started_at > $first and started_at < $last
    order by started_at desc
    limit $most
    """,
)


class Answers:
    """Reads gold's copy in memory and the inbox."""

    def __init__(self, keeper: Keeper) -> None:
        """Remember who keeps the copy."""
        self._keeper = keeper

    def count(self, listener: str) -> int:
        """Return how many listens there are of a listener, those that wait included."""
        n_waiting = sum(
            batch.count for batch in waiting(self._keeper.settings) if batch.listener_id == listener
        )
        built = self._rows(COUNT, listener=listener)
        unbuilt = self._rows(UNBUILT, listener=listener)
        return n_waiting + sum(int(row["plays"]) for row in (*built, *unbuilt))

    def listens(self, listener: str, asked: Mapping[str, int | None]) -> dict[str, Any]:
        """Return the newest listens between two moments, as ListenBrainz has them."""
        count = asked["count"]
        most = min(MOST_COUNT, USUAL_COUNT if count is None else count)
        first, last = _moment(asked["min_ts"], datetime.min), _moment(asked["max_ts"], datetime.max)
        theirs = [batch for batch in waiting(self._keeper.settings) if batch.listener_id == listener]
        found = [
            (one.listened_at, one.track_name, one.artist_name, one.album_name)
            for one in newest_of(theirs, MOST_COUNT)
            if first < one.listened_at < last
        ]
        rows = self._rows(NEWEST, listener=listener, first=first, last=last, most=most)
        found += [
            (row["started_at"], row["track_name"], row["artist_name"], row["album_name"]) for row in rows
        ]
        listens = [
            _listen(listener, *one) for one in sorted(found, key=lambda one: one[0], reverse=True)[:most]
        ]
        times = [listen["listened_at"] for listen in listens] or [0]
        return {
            "user_id": listener,
            "count": len(listens),
            "listens": listens,
            "latest_listen_ts": max(times),
            "oldest_listen_ts": min(times),
        }

    def _rows(self, query: Query, **values: Any) -> list[dict[str, Any]]:
        try:
            with self._keeper.current().reading() as gold:
                return gold.rows(query, **values)
        except (NotFoundError, WarehouseBusyError):
            return []  # Nothing is built yet.


def _moment(seconds: int | None, otherwise: datetime) -> datetime:
    if seconds is None:
        return otherwise
    return datetime.fromtimestamp(min(seconds, 253_402_300_799), UTC).replace(tzinfo=None)


def _listen(listener: str, at: datetime, track: str, artist: str, album: str | None) -> dict[str, Any]:
    names = {"track_name": track, "artist_name": artist} | ({"release_name": album} if album else {})
    return {
        "listened_at": int(at.replace(tzinfo=UTC).timestamp()),
        "user_name": listener,
        "track_metadata": names | {"additional_info": {}},
    }
