"""When a stream began and ended: always UTC, and from the device's clock only where that can be believed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from spotiflow.ingest.history.results import HistoryReceipt
from tests.ingest import builders as b
from tests.ingest.conftest import Rows

Query = Callable[..., Rows]
TakeIn = Callable[..., HistoryReceipt]

HOUR_AGO = b.FIRST_SECOND - 3600
STARTS: dict[str, tuple[b.Record, datetime, str]] = {
    "online, paused": ({"offline_timestamp": HOUR_AGO}, datetime(2022, 12, 31, 23), "offline_timestamp"),
    "online, a minute after it can have begun": (
        {"offline_timestamp": b.FIRST_SECOND - 120},
        datetime(2022, 12, 31, 23, 58),
        "offline_timestamp",
    ),
    "online, later than that": (
        {"offline_timestamp": b.FIRST_SECOND - 119},
        datetime(2022, 12, 31, 23, 57),
        "ms_played",
    ),
    "online, more than a day before": (
        {"offline_timestamp": b.FIRST_SECOND - 181 - 86_400},
        datetime(2022, 12, 31, 23, 57),
        "ms_played",
    ),
    "seconds": (
        {"offline": True, "offline_timestamp": HOUR_AGO},
        datetime(2022, 12, 31, 23),
        "offline_timestamp",
    ),
    "milliseconds": (
        {"offline": True, "offline_timestamp": HOUR_AGO * 1000},
        datetime(2022, 12, 31, 23),
        "offline_timestamp",
    ),
    "zero": ({"offline": True, "offline_timestamp": 0}, datetime(2022, 12, 31, 23, 57), "ms_played"),
    "null": ({"offline": True, "offline_timestamp": None}, datetime(2022, 12, 31, 23, 57), "ms_played"),
    "later than the end": (
        {"offline": True, "offline_timestamp": b.FIRST_SECOND + 60},
        datetime(2022, 12, 31, 23, 57),
        "ms_played",
    ),
    "61 days before": (
        {"offline": True, "offline_timestamp": b.FIRST_SECOND - 61 * 86_400},
        datetime(2022, 12, 31, 23, 57),
        "ms_played",
    ),
    "no ms_played": ({"ms_played": None}, datetime(2023, 1, 1), "ended_at"),
}


@pytest.mark.parametrize("case", STARTS)
def test_the_start_comes_from_the_clock_only_where_that_is_plausible(
    take_in: TakeIn, query: Query, case: str
) -> None:
    changes, start, source = STARTS[case]
    take_in({"Streaming_History_Audio_0.json": [b.play(0, **changes)]})
    rows = query("select started_at, started_at_source, ended_at, played_at from raw.listening_history")
    assert rows == [(start, source, datetime(2023, 1, 1), datetime(2023, 1, 1))]


def test_times_are_utc_whatever_their_offset(take_in: TakeIn, query: Query) -> None:
    records = [b.play(0, ts="2023-01-01T02:00:00+02:00"), b.play(1, ts="2023-01-01 00:00:00 UTC")]
    take_in({"endsong_0.json": records, "StreamingHistory0.json": [b.account_play(2)]})
    rows = query(
        "select ended_at, ended_at_precision from raw.listening_history order by file_name, track_name"
    )
    midnight = datetime(2023, 1, 1)
    assert rows == [(datetime(2023, 1, 1, 0, 6), "minute"), (midnight, "second"), (midnight, "second")]
