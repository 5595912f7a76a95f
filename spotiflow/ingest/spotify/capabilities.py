"""What this Spotify app may do: found out by trying, never by its age."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb

from spotiflow.core.errors import ApiError
from spotiflow.core.transactions import transaction
from spotiflow.ingest.spotify.client import AUDIO_FEATURES, SpotifyApi
from spotiflow.warehouse.run_log import utc_now

ALLOWED, REFUSED, UNKNOWN = "allowed", "refused", "unknown"
PROBE_AGAIN = timedelta(days=30)
# Where the probe itself failed, nothing was learnt; the next day's first run tries again.
PROBE_AFTER_FAILURE = timedelta(days=1)


@dataclass(frozen=True)
class Capability:
    """Whether an app may read audio features: `allowed`, `refused` (403) or `unknown`. Times are UTC."""

    client_id: str
    result: str
    probed_at: datetime
    probe_again_at: datetime

    @property
    def sentence(self) -> str:
        """What it means for the listener."""
        if self.result == ALLOWED:
            return "Audio features: Spotify gives them to this app."
        stand_in = "measured catalogues and, where allowed, synthetic values stand in"
        if self.result == REFUSED:
            return (
                f"Audio features: Spotify refuses them to this app (403), asked again after "
                f"{self.probe_again_at:%Y-%m-%d}; {stand_in}."
            )
        return f"Audio features: not known yet whether Spotify gives them to this app; {stand_in}."


def known_capabilities(db: duckdb.DuckDBPyConnection) -> dict[str, Capability]:
    """Return what the last probe found by app; an app that is not there has to be asked (again)."""
    rows = db.execute(
        """
        select client_id, result, probed_at, probe_again_at
        from raw.api_capabilities
        where endpoint = ? and probe_again_at > ?
        """,
        [AUDIO_FEATURES, utc_now()],
    ).fetchall()
    return {row[0]: Capability(*row) for row in rows}


def probe(api: SpotifyApi, track_id: str) -> Capability:
    """Ask for the features of one track. Raises WaitError, LoginNeededError; a refusal is a result."""
    now = utc_now()
    try:
        result = ALLOWED if "valence" in api.audio_features(track_id) else UNKNOWN
    except ApiError as error:
        result = REFUSED if error.status == 403 else UNKNOWN
    wait = PROBE_AFTER_FAILURE if result == UNKNOWN else PROBE_AGAIN
    return Capability(api.login.client_id, result, now, now + wait)


def store_capability(db: duckdb.DuckDBPyConnection, found: Capability) -> None:
    """Remember what a probe found for an app."""
    with transaction(db):
        db.execute(
            "delete from raw.api_capabilities where client_id = ? and endpoint = ?",
            [found.client_id, AUDIO_FEATURES],
        )
        db.execute(
            "insert into raw.api_capabilities values (?, ?, ?, ?, ?)",
            [found.client_id, AUDIO_FEATURES, found.result, found.probed_at, found.probe_again_at],
        )
