"""Rows whose times or lengths are wrong, odd, or right in another way of writing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from tests.ingest import builders as b
from tests.ingest.grid.cases import (
    NEGATIVE,
    NO_DATE,
    NO_END,
    NO_NUMBER,
    NOT_TEXT,
    OUT_OF_TIME,
    TOO_LONG,
    Case,
    bad_rows,
    kept,
    rejected,
    replaced,
)

MOMENT = datetime(2023, 6, 15, 12, 30, 45)


@bad_rows
def end_time_of_a_wrong_type() -> Iterator[Case]:
    for number, raw in enumerate(NOT_TEXT):
        yield Case(replaced(number, "ts", raw), NO_DATE)
    # A number counts seconds or milliseconds since 1970, as some tools write them.
    for number, raw in enumerate(["0", "1", "-1", "1.5", "1e9", "20230101", "2023", "-0.0"]):
        yield Case(replaced(50 + number, "ts", raw), OUT_OF_TIME)
    for number, raw in enumerate(["1672531200", "1672531200000"]):
        stored = {"ended_at": datetime(2023, 1, 1)}
        yield Case(replaced(70 + number, "ts", raw), None, stored)
    for number, raw in enumerate(["null", '""', '" "', '"    "'] * 4):
        yield Case(replaced(100 + number, "ts", raw), NO_END)
    for number, raw in enumerate(['"\\t"', '"\\n "', '"\\u0000"', '"\\u200b"']):
        yield Case(replaced(200 + number, "ts", raw), NO_DATE)


@bad_rows
def end_time_missing_or_under_another_name() -> Iterator[Case]:
    names = ["TS", "Ts", "t s", " ts", "ts ", "timestamp", "time", "date", "played_at", "end_time", "endtime"]
    names += ["ENDTIME", "EndTime", "ts\u0000", "\ufeffts", "t\u0455", "ts.0", "ts[]", "$.ts", '"ts"']
    for number, name in enumerate(names * 2):
        record = b.play(number)
        value = record.pop("ts")
        if number < len(names):
            record[name] = value
        else:
            record[name] = None
        yield Case(json.dumps(record), NO_END)


@bad_rows
def end_time_that_is_no_date() -> Iterator[Case]:
    texts = ["yesterday", "null", "None", "nan", "-", "Z", "T", "::", "00:00:00", "12:30", "2023-06"]
    texts += ["2023-02-30T00:00:00Z", "2023-02-29T00:00:00Z", "2023-13-01T00:00:00Z", "2023-00-10T00:00:00Z"]
    texts += ["2023-06-00T00:00:00Z", "2023-06-31T00:00:00Z", "2023-06-15T25:00:00Z", "2023-06-15T12:60:00Z"]
    texts += ["2023-06-15T12:30:61Z", "15.06.2023 12:30", "15/06/2023", "06/15/2023 12:30:45", "Jun 15, 2023"]
    texts += ["2023-06-15T12:30:45Q", "2023-06-15T12:30:45 Europe", "2023-06-15T12:30:45Z extra", "0x7e7"]
    texts += [
        "2023-06-15T12:30:45Zx",
        "2023-06-15T12:30:45 Z",
        "2023-6--15",
        "--06-15",
        "2023-06-15T-1:30:45Z",
        "2023-06-15T12:-3:45Z",
    ]
    texts += [
        "\uff12\uff10\uff12\uff13-06-15T12:30:45Z",
        "2023\u201306\u201315T12:30:45Z",
        "P1Y",
        "2023-W24-4",
        "2023-166",
        "2023-06-15T12h30",
    ]
    texts += ["2023-06-15T12:30:45Z\u0000", "'2023-06-15'", '"2023-06-15"', "2023-06-15;12:30"]
    for number, text in enumerate(texts):
        yield rejected(number, NO_DATE, ts=text)


@bad_rows
def end_time_long_ago_or_far_ahead() -> Iterator[Case]:
    years = [
        1,
        33,
        999,
        1066,
        1492,
        1582,
        1700,
        1752,
        1800,
        1899,
        *range(1900, 2006, 7),
        1970,
        1999,
        2001,
        2005,
    ]
    years += [2100, 2101, 2199, 2200, 2262, 2263, 2500, 3000, 5000, 9999]
    for number, year in enumerate(years):
        yield rejected(number, OUT_OF_TIME, ts=f"{year:04d}-06-15T12:30:45Z")
    edges = [
        "2005-12-31T23:59:59Z",
        "2006-01-01T01:59:59+02:00",
        "epoch",
        "infinity",
        "-infinity",
        "0001-01-01 (BC)",
    ]
    for number, text in enumerate(edges):
        yield rejected(100 + number, OUT_OF_TIME, ts=text)
    yield kept(200, {"ended_at": datetime(2006, 1, 1)}, ts="2006-01-01T00:00:00Z")


@bad_rows
def end_time_with_an_offset() -> Iterator[Case]:
    for number in range(-12, 15):
        sign = "-" if number < 0 else "+"
        text = f"{MOMENT:%Y-%m-%dT%H:%M:%S}{sign}{abs(number):02d}:00"
        yield kept(number + 12, {"ended_at": MOMENT - timedelta(hours=number)}, ts=text)
    for number, (hours, minutes) in enumerate(
        [(5, 30), (5, 45), (8, 45), (9, 30), (10, 30), (12, 45), (3, 30)]
    ):
        ahead = timedelta(hours=hours, minutes=minutes)
        for turn, (sign, moment) in enumerate((("+", MOMENT - ahead), ("-", MOMENT + ahead))):
            text = f"{MOMENT:%Y-%m-%dT%H:%M:%S}{sign}{hours:02d}:{minutes:02d}"
            yield kept(100 + 2 * number + turn, {"ended_at": moment}, ts=text)


@bad_rows
def end_time_written_in_another_way() -> Iterator[Case]:
    for number in range(10):
        fraction = "123456789"[:number]
        text = f"2023-06-15T12:30:45{'.' if fraction else ''}{fraction}Z"
        microseconds = int((fraction + "000000")[:6])
        yield kept(number, {"ended_at": MOMENT.replace(microsecond=microseconds)}, ts=text)
    ways = ["2023-06-15 12:30:45", "2023-06-15T12:30:45", "2023-06-15 12:30:45Z", " 2023-06-15T12:30:45Z "]
    ways += ["2023-06-15 12:30:45+00", "2023-06-15T12:30:45+00:00", "2023-06-15T12:30:45-00:00"]
    ways += ["2023-06-15  12:30:45", "2023-06-15 12:30:45 UTC", "2023-06-15T12:30:45.0Z"]
    for turn in range(3):
        for number, text in enumerate(ways):
            yield kept(100 * (turn + 1) + number, {"ended_at": MOMENT}, ts=text)


@bad_rows
def length_of_a_wrong_type() -> Iterator[Case]:
    for number, raw in enumerate(NOT_TEXT[2:]):
        yield Case(replaced(number, "ms_played", raw), NO_NUMBER)
    texts = ["long", "3:45", "180 000", "180,000", "180s", "--5", "+-5", "1e", "NaN", "nan", "Infinity"]
    texts += [
        "-inf",
        "½",
        "\uff11\uff18\uff10",
        "180\u0000",
        "٣",
        "1_000_0_",
        "#",
        "null",
        "none",
        ".",
        "-",
        "+",
        "e5",
        "1 2",
    ]
    for number, text in enumerate(texts):
        yield rejected(100 + number, NO_NUMBER, ms_played=text)
    for number, raw in enumerate(["null", '""', '" "', '"   "']):
        yield Case(replaced(200 + number, "ms_played", raw), None, {"ms_played": None})
    for number, text in enumerate(["180000", " 180000 ", "180000.0"]):
        yield kept(300 + number, {"ms_played": 180_000}, ms_played=text)


@bad_rows
def length_out_of_all_bounds() -> Iterator[Case]:
    week = 7 * 86_400_000
    for number, ms in enumerate([week + 1, week * 2, *(10**power for power in range(9, 19))]):
        yield rejected(number, TOO_LONG, ms_played=ms)
    for number, power in enumerate([19, 20, 21, 30, 38, 39, 40, 100, 300, 308, 309, 400, 1000, 4000]):
        yield Case(replaced(100 + number, "ms_played", "9" * power), NO_NUMBER)
    for number, power in enumerate([19, 20, 38, 100, 308, 309, 400, 9999]):
        yield Case(replaced(200 + number, "ms_played", f"1e{power}"), NO_NUMBER)
    for number, ms in enumerate([0, 1, 29_999, 30_000, 86_400_000, week - 1, week]):
        yield kept(300 + number, {"ms_played": ms}, ms_played=ms)


@bad_rows
def negative_length() -> Iterator[Case]:
    for number in range(19):
        yield rejected(number, NEGATIVE, ms_played=-(10**number))
    for number in range(19):
        yield rejected(100 + number, NEGATIVE, ms_played=f"-{10**number}")
    for number in (19, 20, 40):
        yield Case(replaced(200 + number, "ms_played", f"-{10**number}"), NO_NUMBER)


@bad_rows
def clock_of_the_device() -> Iterator[Case]:
    """`offline_timestamp`: only a plausible one is the start."""
    end = b.FIRST_SECOND
    implausible: list[Any] = [
        None,
        0,
        1,
        -1,
        "",
        "soon",
        [],
        {},
        True,
        1e300,
        -1e300,
        "1e400",
        10**30,
        946_684_800,
    ]
    for number, clock in enumerate(implausible):
        yield kept(number, {"started_at_source": "ms_played"}, offline=True, offline_timestamp=clock)
    for number, days in enumerate([1, 5, 59]):
        for turn, unit in enumerate((1, 1000)):
            start = end + 200 * (100 + 2 * number + turn) - days * 86_400
            stored = {"started_at": datetime(1970, 1, 1) + timedelta(seconds=start)}
            stored_all = stored | {"started_at_source": "offline_timestamp"}
            yield kept(100 + 2 * number + turn, stored_all, offline=True, offline_timestamp=start * unit)
    for number, days in enumerate([-1, -400, 61, 400]):
        for turn, unit in enumerate((1, 1000)):
            clock = (end - days * 86_400) * unit
            offline = {"offline": True, "offline_timestamp": clock}
            yield kept(200 + 2 * number + turn, {"started_at_source": "ms_played"}, **offline)
    unlikely: list[Any] = [False, None, "", "no", 0, [], {}, "maybe", 2.5, "false", "f", "n"]
    for number, offline_value in enumerate(unlikely):
        # Online, a song may have been paused for a day, not for two.
        for days, told_by in ((1, "offline_timestamp"), (2, "ms_played")):
            place = 300 + 20 * days + number
            changes = {
                "offline": offline_value,
                "offline_timestamp": end + 200 * place - days * 86_400,
            }
            yield kept(place, {"started_at_source": told_by}, **changes)
