"""Characters that no name has, and texts that no name is as long as: cleaned once, at the way in.

A NUL in a title keeps a table out of PostgreSQL, U+FFFF breaks a picture, and a control character may redraw a
terminal. What writes from right to left stays: names are written so, and what prints them takes care.
"""

from __future__ import annotations

import re

import duckdb

from spotiflow.core.safe_text import NO_CHARACTERS

MOST_CHARACTERS = 2_000
# Controls, and what Unicode says will never be a character: for Python, and for DuckDB's regular expressions.
_NEVER = f"\ufdd0-\ufdef{NO_CHARACTERS}"
ODD_CHARACTERS = re.compile(f"[\x00-\x1f\x7f-\x9f{_NEVER}]")
ODD = r"[\x00-\x1f\x7f-\x9f" + "".join(c if c == "-" else rf"\x{{{ord(c):X}}}" for c in _NEVER) + "]"
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
