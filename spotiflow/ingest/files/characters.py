"""Characters that no name has, and texts that no name is as long as: cleaned once, at the way in.

A NUL in a title keeps a table out of PostgreSQL, U+FFFF breaks a picture, and a control character may redraw a
terminal. What writes from right to left stays: names are written so, and what prints them takes care.
"""

from __future__ import annotations

import re

import duckdb

MOST_CHARACTERS = 2_000
# Controls, and what Unicode says will never be a character. In names of DuckDB's regular expressions.
_PLANES = "".join(rf"\x{{{plane:X}FFFE}}\x{{{plane:X}FFFF}}" for plane in range(1, 17))
ODD = rf"[\x00-\x1f\x7f-\x9f\x{{FDD0}}-\x{{FDEF}}\x{{FFFE}}\x{{FFFF}}{_PLANES}]"
ODD_CHARACTERS = re.compile(
    "[\x00-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff"
    + "".join(f"{chr(p * 65536 + 65534)}{chr(p * 65536 + 65535)}" for p in range(1, 17))
    + "]"
)
TEXTS = ("content_uri", "track_name", "artist_name", "album_name", "platform", "reason_start", "reason_end")


def cleaned_sql(text: str) -> str:
    """Return SQL of a text without odd characters, cut to its limit; a break between lines is a space."""
    spaced = rf"regexp_replace({text}, '[\t\r\n]+', ' ', 'g')"
    return f"nullif(trim(left(regexp_replace({spaced}, '{ODD}', '', 'g'), {MOST_CHARACTERS})), '')"


def cleaned(text: str) -> str:
    """Return a text without odd characters, cut to its limit."""
    return ODD_CHARACTERS.sub("", re.sub(r"[\t\r\n]+", " ", text))[:MOST_CHARACTERS]


def clean_incoming(db: duckdb.DuckDBPyConnection) -> int:
    """Clean the names of the temporary table `incoming`; return in how many rows there was something to clean."""
    whole = f"concat_ws(' ', {', '.join(TEXTS)})"
    # Hardly any file has such a row: to look is cheap, to write is not.
    is_odd = f"regexp_matches({whole}, '{ODD}') or length({whole}) > {MOST_CHARACTERS}"
    found = db.execute(f"select count(*) from incoming where {is_odd}").fetchone() or (0,)
    if found[0]:
        news = ", ".join(f"{name} = {cleaned_sql(name)}" for name in TEXTS)
        db.execute(f"update incoming set {news} where {is_odd}")
    return int(found[0])
