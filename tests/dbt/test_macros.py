"""The macros that models share, rendered by dbt and run by DuckDB: tiny inputs, exact outputs."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from spotiflow.ingest.tracks.names import name_key
from tests.dbt.project import run_dbt

T = "timestamp '2022-03-27 01:00:00.9'"
# Odd spellings of an artist and a title, and what is compared of them.
ODD_NAMES = {
    ("Sigur Rós", "Hoppípolla"): ("sigur ros", "hoppipolla"),
    ("AC/DC", "T.N.T. - 2003 Remaster"): ("ac dc", "t n t"),
    ("宇多田ヒカル", "光 (with Nobody)"): ("宇多田ヒカル", "光"),
    ("!!!", "???"): ("!!!", "???"),
    ("Straße", "GROẞ (feat. Somebody) [2009 - Remaster]"): ("straße", "groß"),
    ("İstanbul", "ILIK ft. Kim"): ("istanbul", "ilik"),
    ("A", "Song (Digitally Remastered 2011 Version)"): ("a", "song"),
    ("A & B", "Song - Live at the Remastered Hall"): ("a b", "song live at the remastered hall"),
}


def name_id(artist: str, title: str) -> str:
    return "name:" + hashlib.md5(f"{artist}\x1f{title}".encode()).hexdigest()


CASES: list[tuple[str, Any]] = [
    ("normalise_name(\"'  Sigur  Rós!'\")", "sigur ros"),
    ("normalise_name(\"'AC/DC'\")", "ac dc"),
    ("normalise_name(\"'宇多田ヒカル'\")", "宇多田ヒカル"),
    ("normalise_name(\"'!!!'\")", "!!!"),
    ("normalise_name(\"' '\")", None),
    ("normalise_name('null::varchar')", None),
    ("normalise_title(\"'Song (feat. Someone) - Remastered 2011'\")", "song"),
    ("normalise_title(\"'Song - 2011 Remaster'\")", "song"),
    ("normalise_title(\"'Song (2009 Digital Remaster)'\")", "song"),
    ("normalise_title(\"'Song ft. Someone'\")", "song"),
    ("normalise_title(\"'Song (with Someone)'\")", "song"),
    ("normalise_title(\"'Song - Live'\")", "song live"),
    ("normalise_title(\"'Song (Acoustic)'\")", "song acoustic"),
    ("normalise_title(\"'Defeat Featherstone'\")", "defeat featherstone"),
    ("normalise_title(\"'(feat. Nobody)'\")", "(feat. nobody)"),
    ("normalise_title(\"'Song (2009 - Remaster)'\")", "song"),
    *(
        (f"song_id(\"'A'\", \"'{title}'\")", "name:" + hashlib.md5(f"a\x1f{bare}".encode()).hexdigest())
        for title, bare in {
            "Song - Single Version": "song",
            "Song - Edit": "song",
            "Song (Radio Edit)": "song",
            "Song [Album Version]": "song",
            "Song - Original Mix": "song",
            "Song - 2009 Mono Version - 2011 Remaster": "song",
            "Song (2009 - Remaster)": "song",
            "Song - Mono / Remastered": "song mono remastered",
            "Song - Somebody Remix": "song somebody remix",
            "Song - Live": "song live",
            "Edit": "edit",
            "Single Version": "single version",
        }.items()
    ),
    *(
        (f"name_id(\"'{artist}'\", \"'{title}'\")", name_id(*compared))
        for (artist, title), compared in ODD_NAMES.items()
    ),
    ("name_id(\"'A'\", \"'B'\")", "name:" + hashlib.md5(b"a\x1fb").hexdigest()),
    ("name_id('null::varchar', \"'B'\")", "name:" + hashlib.md5(b"\x1fb").hexdigest()),
    ("mood_category('0.6', '0.6')", "Happy_Energetic"),
    ("mood_category('0.6', '0.39')", "Happy_Calm"),
    ("mood_category('0.39', '0.6')", "Sad_Energetic"),
    ("mood_category('0.39', '0.39')", "Sad_Calm"),
    ("mood_category('0.4', '0.39')", "Neutral"),
    ("mood_category('0.59', '0.9')", "Neutral"),
    ("mood_category('null', '0.9')", None),
    ("mood_quadrant('0.5', '0.5')", "happy"),
    ("mood_quadrant('0.4', '0.5')", "tense"),
    ("mood_quadrant('0.4', '0.4')", "sad"),
    ("mood_quadrant('0.5', '0.4')", "calm"),
    ("mood_quadrant('0.5', 'null')", None),
    ("mood_angle('1', '0.5')", 0),
    ("mood_angle('0.5', '1')", 90),
    ("mood_angle('0', '0.5')", 180),
    ("mood_angle('1', '0')", 315),
    ("mood_angle('null', '0')", None),
    ("mood_intensity('1', '1')", 1),
    ("mood_intensity('0.5', '0.5')", 0),
    ("mood_intensity('1', '0.5')", 0.5**0.5),
    *((f"part_of_day('{hour}')", part) for hour, part in [
        (0, "night"), (5, "night"), (6, "morning"), (11, "morning"), (12, "afternoon"), (17, "afternoon"),
        (18, "evening"), (22, "evening"), (23, "night"),
    ]),
    ("part_of_day('null')", None),
    ("iso_day_of_week(\"date '2022-03-27'\")", 7),
    ("iso_day_of_week(\"date '2022-03-28'\")", 1),
    ("day_name('7')", "Sunday"),
    ("day_name('1')", "Monday"),
    ("iso_year(\"date '2023-01-01'\")", 2022),
    ("listening_date(\"timestamp '2022-03-27 03:59:59'\") ~ '::varchar'", "2022-03-26"),
    ("listening_date(\"timestamp '2022-03-27 04:00:00'\") ~ '::varchar'", "2022-03-27"),
    (f"epoch_seconds(\"{T}\")", 1648342800),
    (f"'(' ~ utc_to_local(\"{T}\", \"'Europe/Berlin'\") ~ ')::varchar'", "2022-03-27 03:00:00.9"),
    (f"'(' ~ utc_to_local(\"{T}\", \"'Asia/Kathmandu'\") ~ ')::varchar'", "2022-03-27 06:45:00.9"),
    (f"add_ms(\"{T}\", '100') ~ '::varchar'", "2022-03-27 01:00:01"),
    ("replace_all(\"'a-b-c'\", '-', '')", "abc"),
    ("share('1', '4')", 0.25),
    ("share('1', '0')", None),
    ("is_play('30000', \"'extended'\", '600000')", True),
    ("is_play('29999', \"'api'\", 'null')", False),
    ("is_play('null', \"'lastfm'\", 'null')", True),
    ("is_play('null', \"'account'\", '30000')", False),
    ("comparable_isrc(\"'gb-aye-06-01498'\")", "GBAYE0601498"),
    ("comparable_isrc(\"'n/a'\")", None),
    ("comparable_isrc('null')", None),
    ("was_skipped('true', \"'trackdone'\")", True),
    ("was_skipped('false', \"'fwdbtn'\")", True),
    ("was_skipped('null', \"'trackdone'\")", False),
    ("was_skipped('false', 'null')", False),
    ("was_skipped('null', 'null')", None),
    ("first_of_list(\"['a', 'b']\")", "a"),
    ("is_true('Yes')", True),
    ("is_true('')", False),
    ("audio_features() | length", 12),
    ("continuous_features() | last | tojson | replace('\"', \"'\")", "tempo"),
]  # fmt: skip


@pytest.fixture(scope="module")
def rendered(built: Path) -> list[Any]:
    """What each case gives, all in one query."""
    columns = [f"{{{{ {expression} }}}} as c{number}" for number, (expression, _) in enumerate(CASES)]
    done = run_dbt(built, "show", "--inline", "select " + ",\n".join(columns), "--output", "json")
    assert done.success, done.exception
    (row,) = done.result.results[0].agate_table.rows
    return [row[f"c{number}"] for number in range(len(CASES))]


@pytest.mark.parametrize("number", range(len(CASES)), ids=[expression for expression, _ in CASES])
def test_macro(number: int, rendered: list[Any]) -> None:
    expected, found = CASES[number][1], rendered[number]
    if isinstance(expected, int | float) and not isinstance(expected, bool):
        assert float(found) == pytest.approx(expected, abs=1e-12)
    else:
        assert found == expected, json.dumps(str(found))


def test_python_asks_by_the_same_key_without_dbt() -> None:
    with duckdb.connect() as db:
        for names, compared in ODD_NAMES.items():
            assert db.execute(f"select {name_key('$1', '$2')}", names).fetchall() == [(name_id(*compared),)]
