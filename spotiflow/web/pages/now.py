"""`/now`: what plays this moment, and which listens are not in the tables yet."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from spotiflow.report.gold.queries import Query
from spotiflow.web import words
from spotiflow.web.figure import Figure, Page, Tile
from spotiflow.web.live import Live, Playing, Submitted
from spotiflow.web.view import View
from spotiflow.web.words import Col, table

UNBUILT = Query((), "select count(*) as listens from raw.unbuilt_listens")
HOW = "To let a player submit: spotiflow dashboard token add LISTENER (docs/scrobbling.md says how to set it up)."

_TOLD = (
    Col("Track", "track"),
    Col("Artist", "artist"),
    Col("Listener", "listener"),
    Col("Told by", "client"),
)


def build(view: View, live: Live) -> Page:
    """Return what plays and what waits, of everybody at home."""
    waiting = sum(count for _, count in live.waiting)
    unbuilt = view.row(UNBUILT).get("listens", 0)
    return Page(
        "now",
        "What plays now?",
        "What players submit as it happens, of everybody in this home; this page renews itself.",
        tiles=(
            Tile("playing", len(live.playing), words.count(len(live.playing)), "playing now"),
            Tile("waiting", waiting, words.count(waiting), "listens wait for the next run"),
            Tile("unbuilt", unbuilt, words.count(unbuilt), "taken in, and not built yet"),
        ),
        groups=[("", [_playing(live), _waiting(live, waiting)])],
        has_period=False,
    )


build.is_live = True  # type: ignore[attr-defined]


def _playing(live: Live) -> Figure:
    rows = [_row(one, one.since) for one in live.playing]
    if not live.players:
        empty = f"No player may submit. {HOW}"
    else:
        empty = "" if rows else "Nothing plays, or no player says so."
    return Figure(
        "playing",
        "Playing now",
        f"{words.count(live.players)} tokens of players",
        table=table(rows, *_TOLD, Col("Since", "at", _clock)),
        about="What a player says it plays is shown until the track must have ended, and never stored as a play.",
        empty=empty,
        is_wide=True,
        is_table=True,
    )


def _waiting(live: Live, waiting: int) -> Figure:
    rows = [_row(one, one.listened_at) for one in live.newest]
    by_listener = ", ".join(f"{name} {words.count(count)}" for name, count in live.waiting)
    return Figure(
        "waiting",
        "Waiting in the inbox",
        f"the newest {len(rows)} of {words.count(waiting)}: {by_listener}" if rows else "",
        table=table(rows, *_TOLD, Col("Played at", "at", _clock)),
        about="They are on the disk, and the next run takes them in: spotiflow run, or the schedule's poll.",
        empty="" if rows else "Nothing waits.",
        is_wide=True,
        is_table=True,
    )


def _row(told: Playing | Submitted, moment: datetime) -> dict[str, Any]:
    return {
        "track": told.track_name,
        "artist": told.artist_name,
        "listener": told.listener_id,
        "client": told.client or None,
        "at": moment,
    }


def _clock(moment: datetime) -> str:
    """Return a moment by this machine's clock; the day where it is another one."""
    local, today = moment.replace(tzinfo=UTC).astimezone(), datetime.now().astimezone().date()
    return f"{local:%H:%M}" if local.date() == today else words.moment(local)
