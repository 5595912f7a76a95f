"""Names compared as silver compares them (macros `normalise_name` and `normalise_title`): SQL of DuckDB."""

from __future__ import annotations

_GUESTS_IN_BRACKETS = r"[(\[](feat|ft|featuring|with)[. ][^)\]]*[)\]]"
_GUESTS_AT_THE_END = r" (- )?(feat|ft|featuring)[. ].*$"
_REMASTER_NOTE = (
    r"( - |[(\[])((19|20)[0-9][0-9] (- )?)?"
    r"(digital(ly)? )?remaster(ed)?( (19|20)[0-9][0-9])?( version)?[)\]]?$"
)


def name_key(artist: str, title: str) -> str:
    """Return SQL of a text that is the same for every spelling of an artist and title, given as SQL.

    Without case, accents and punctuation; of titles also without guests and remaster notes.
    """
    bare = _folded(title)
    for note in (_GUESTS_IN_BRACKETS, _REMASTER_NOTE, _GUESTS_AT_THE_END):
        bare = f"regexp_replace({bare}, '{note}', '', 'g')"
    return f"concat({_letters(_folded(artist), artist)}, chr(31), {_letters(bare, title)})"


def _folded(text: str) -> str:
    return f"lower(strip_accents({text}))"


def _letters(folded: str, text: str) -> str:
    """Return letters and digits of any script; a name that has none stays as it is."""
    letters = rf"regexp_replace({folded}, '[^\p{{L}}\p{{N}}]+', ' ', 'g')"
    return f"coalesce(nullif(trim({letters}), ''), nullif(trim(lower({text})), ''), '')"
