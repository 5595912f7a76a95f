"""An export of another person, imported for the same listener: the receipt asks; of one's own it does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from spotiflow.ingest.history.receipts import render
from spotiflow.ingest.history.results import HistoryReceipt
from tests.ingest import builders as b
from tests.ingest.test_receipts import printed

TakeIn = Callable[..., HistoryReceipt]
NAME = "endsong_0.json"


def days(first: int, last: int, second: int = 0, **changes: Any) -> list[b.Record]:
    """Ten plays on each of some days."""
    starts = [b.FIRST_SECOND + day * 86_400 + second for day in range(first, last)]
    return [
        b.play(number, ts=b.utc(start + 300 * number), **changes) for start in starts for number in range(10)
    ]


MINE = days(0, 20)


def test_somebody_else_s_export(take_in: TakeIn) -> None:
    take_in({NAME: MINE})
    receipt = take_in({NAME: days(5, 40, second=7)})
    strange = receipt.after.strange
    assert strange
    assert (strange.days, strange.new, strange.known) == (15, 150, 0)
    words = " ".join(printed(render(receipt), 100).split())
    assert "of 15 days that earlier exports tell of, this one has 150 plays that those do not know" in words
    assert "spotiflow forget me" in words
    assert receipt.to_dict()["strange"] == {"days": 15, "new": 150, "known": 0}


OWN: dict[str, dict[str, Any]] = {
    "again": {NAME: MINE},
    "longer": {NAME: days(5, 60)},
    "later, a day shared": {NAME: days(19, 60, second=7)},
    "another form": {NAME: [b.play_2022(number % 10, ts=play["ts"]) for number, play in enumerate(MINE)]},
    "podcasts": {NAME: [play | b.NO_TRACK | {"episode_name": "E"} for play in days(0, 20, second=7)]},
    "account data": {
        "StreamingHistory0.json": [b.account_play(n, endTime=play["ts"][:16]) for n, play in enumerate(MINE)]
    },
    "few new ones": {NAME: MINE[:50], "endsong_1.json": days(3, 20, second=7)[:30]},
}


@pytest.mark.parametrize("later", OWN)
def test_one_s_own_exports(take_in: TakeIn, later: str) -> None:
    assert take_in({NAME: MINE}).after.strange is None
    assert take_in(OWN[later]).after.strange is None
