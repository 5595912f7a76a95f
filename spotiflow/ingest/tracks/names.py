"""Names compared as silver compares them: the SQL is that of the models' own macro."""

from __future__ import annotations

from spotiflow.transform.rendering import macro_sql


def name_key(artist: str, title: str) -> str:
    """Return SQL of a text that is the same for every spelling of an artist and title, given as SQL.

    It is the `name_id` of the models: without case, accents and punctuation; of titles also without guests
    and remaster notes.
    """
    return macro_sql("name_id", artist, title)
