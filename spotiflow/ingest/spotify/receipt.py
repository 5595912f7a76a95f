"""What a person and a program see of a run against Spotify."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from rich.text import Text

from spotiflow.ingest.spotify.sync import SpotifyReceipt


def render(receipt: SpotifyReceipt) -> Text:
    """Return the receipt in a few lines; times are this machine's."""
    poll = receipt.poll
    if poll.is_spooled:
        lines = [
            f"{receipt.listener_id}: {poll.read} plays put into the inbox, because another process holds the "
        ]
        lines[0] += "warehouse; the next run loads them"
    else:
        parts = [f"{poll.new} new", f"{poll.known} known"]
        parts += [f"{poll.podcasts} podcasts"] if poll.podcasts else []
        parts += [f"{poll.rejected} rejected"] if poll.rejected else []
        lines = [f"{receipt.listener_id}: {poll.read} plays read: {', '.join(parts)}"]
        if poll.gap:
            lines.append(
                f"possibly missed: plays from {_local(poll.gap[0])} to {_local(poll.gap[1])}; "
                "Spotify gives the last 50 only. An extended export closes the gap."
            )
    for queue in receipt.queues:
        missing = f", {queue.missing:,} that Spotify does not have" if queue.missing else ""
        lines.append(f"{queue.what}: {queue.fetched:,} fetched{missing}, {queue.left:,} left")
        lines += [queue.note] if queue.note else []
    if receipt.library:
        library = receipt.library
        lines.append(
            f"library: {library.saved_tracks:,} saved tracks, {library.top_items:,} top items, "
            f"{library.playlists:,} own playlists with {library.playlist_items:,} items"
        )
        if library.not_readable:
            lines.append(f"{library.not_readable} of the playlists cannot be read")
    lines += [receipt.capability.sentence] if receipt.capability else []
    lines += [receipt.warning] if receipt.warning else []
    return Text("\n".join(lines))


def to_dict(receipt: SpotifyReceipt) -> dict[str, Any]:
    """Return the receipt as `--json` prints it; times are UTC in ISO 8601."""
    poll = asdict(receipt.poll)
    return {
        "listener_id": receipt.listener_id,
        "poll": {key: _iso(value) for key, value in poll.items()},
        "audio_features": receipt.capability.result if receipt.capability else None,
        "queues": [asdict(queue) for queue in receipt.queues],
        "library": asdict(receipt.library) if receipt.library else None,
        "warning": receipt.warning,
        "postponed": receipt.postponed.to_dict() if receipt.postponed else None,
    }


def _iso(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_iso(inner) for inner in value]
    return value.isoformat() if isinstance(value, datetime) else value


def _local(moment: datetime) -> str:
    return f"{moment.replace(tzinfo=UTC).astimezone():%Y-%m-%d %H:%M}"
