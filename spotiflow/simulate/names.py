"""Invented names: artists, tracks, albums, shows, and Spotify-like ids.

Every artist carries a made-up word, so that nobody takes one for a real band. Titles lean a little towards
their track's mood, because real ones do: text alone explains about a fifth of valence and energy for unknown
artists (docs/evidence.md 3).
"""

from collections.abc import Iterable
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

_BASE62 = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", dtype=np.uint8)
_ID_LENGTH = 22
# 128 bits fill 22 base62 digits only up to a first digit of 7.
_FIRST_DIGITS = 7


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# A word is onset + middle + ending; middles end in a consonant and endings hold the last vowel, so that every
# word can be said aloud.
_ONSETS = ("", *_words("B Br C D F Fl G Gl H J K L M N P Pr R S St T Tr V W Y Z"))
_MIDDLES = _words("al an ar av el en er il im in ir ol on or ov ul un yr")
_ENDINGS = _words("a e i o ane ella en eth ia in ine io is iven ora ova una wen wick")
_ENDINGS += _words("da dane dea dell do dine ga la lo mara mira mo na nova sa sen sko ta tine to va ya zé ø")
_BANDS = (
    "{w}",
    "{w}",
    "{w} {v}",
    "{w} {v}",
    "The {w} {n}s",
    "{w} & the {n}s",
    "{w} {n}",
    "DJ {w}",
    "{w}, {v} & {x}",
    '{w} "{n}" {v}',
)
_PLAIN = _words("Lantern Harbour Orchard Meadow Signal River Window Compass Garden Paper Station Bridge")
_PLAIN += _words("Letter Mirror Island Pocket Ribbon Staircase Kettle Postcard Sparrow Thread Valley Quarter")
# Words by mood: (low, high) valence x (low, high) energy, index 2 * bright + loud.
_MOODS = (
    _words("Winter Grey Hollow Distant Fading Ashes Slow Lonely Rain Absence Dusk Frost"),
    _words("Thunder Broken Fury Iron Siren Burning Venom Riot Shatter Static Wolves Black"),
    _words("Honey Gentle Morning Feather Cotton Porch Drift Hammock Clover Linen Amber Sunday"),
    _words("Dance Golden Summer Fire Neon Carnival Sugar Sunshine Jump Bright Party Parade"),
)
_TITLES = (
    "{m} {n}",
    "{m} {n}",
    "{n} of {m}",
    "{m}, {m2}",
    "{m}",
    "My {m} {n}",
    "{w} ({m} {n})",
    "Under the {m} {n}",
    '{n} for "{w}"',
    "{m} in {w}",
    "No {n}, No {m}",
    "{m} and {m2}",
)
_TAILS = ("",) * 34 + (" - Live", " - Acoustic", " (Radio Edit)", " - {w} Remix", " - Remastered 2011")
_ALBUMS = ("{n}s of {w}", "The {m} {n}", "{w}", "{m}", "{n}, {n2}", "Songs from {w}", "{m} {n}s, Vol. 2")
# How often a title takes its word from its own mood; else from any (assumed, for a text R2 of about .2).
_OWN_MOOD_SHARE = 0.55


def spotify_ids(rng: np.random.Generator, n: int) -> list[str]:
    """Draw n ids of 22 base62 characters, the shape of Spotify's."""
    digits = rng.integers(0, 62, size=(n, _ID_LENGTH))
    digits[:, 0] %= _FIRST_DIGITS
    return [row.tobytes().decode("ascii") for row in _BASE62[digits]]


def words(rng: np.random.Generator, n: int) -> list[str]:
    """Draw n invented words of two to four syllables, capitalised."""
    syllables = (_pick(rng, pool, n) for pool in (_ONSETS, _MIDDLES, _ENDINGS))
    return ["".join(word).capitalize() for word in zip(*syllables, strict=True)]


def artists(rng: np.random.Generator, n: int) -> list[str]:
    """Draw n different artist names."""
    patterns, plain = _pick(rng, _BANDS, n), _pick(rng, _PLAIN, n)
    pools = (words(rng, n), words(rng, n), words(rng, n))
    names = (
        pattern.format(w=w, v=v, x=x, n=noun)
        for pattern, w, v, x, noun in zip(patterns, *pools, plain, strict=True)
    )
    return different(names)


def titles(rng: np.random.Generator, bright: NDArray[np.bool_], loud: NDArray[np.bool_]) -> list[str]:
    """Draw one title per track; `bright` and `loud` say on which side of the middle the track lies."""
    n = len(bright)
    patterns = [a + b for a, b in zip(_pick(rng, _TITLES, n), _pick(rng, _TAILS, n), strict=True)]
    nouns, invented = _pick(rng, _PLAIN, n), words(rng, n)
    first, second = _mood_words(rng, bright, loud), _mood_words(rng, bright, loud)
    return [
        pattern.format(m=m, m2=m2, n=noun, w=w)
        for pattern, m, m2, noun, w in zip(patterns, first, second, nouns, invented, strict=True)
    ]


def albums(rng: np.random.Generator, n: int) -> list[str]:
    """Draw n album names."""
    flat = [word for mood in _MOODS for word in mood]
    columns = (_pick(rng, _ALBUMS, n), _pick(rng, flat, n), _pick(rng, _PLAIN, n), _pick(rng, _PLAIN, n))
    return [
        pattern.format(m=m, n=noun, n2=other, w=w)
        for pattern, m, noun, other, w in zip(*columns, words(rng, n), strict=True)
    ]


def different(names: Iterable[str], groups: Iterable[int] | None = None) -> list[str]:
    """Mark repeated names (`Velmo`, `Velmo II`), so that a name stands for one thing in its group."""
    seen: set[tuple[int, str]] = set()
    result = []
    for name, group in zip(names, repeat(0) if groups is None else groups, strict=False):
        unique = name
        while (group, unique.lower()) in seen:
            unique += " II"
        seen.add((group, unique.lower()))
        result.append(unique)
    return result


def _mood_words(rng: np.random.Generator, bright: NDArray[np.bool_], loud: NDArray[np.bool_]) -> list[str]:
    """Draw one word per track, more often than chance from its own mood."""
    n = len(bright)
    own = rng.random(n) < _OWN_MOOD_SHARE
    mood = np.where(own, 2 * bright.astype(int) + loud, rng.integers(0, len(_MOODS), n))
    index = rng.integers(0, len(_MOODS[0]), n)
    return [_MOODS[a][b] for a, b in zip(mood.tolist(), index.tolist(), strict=True)]


def _pick(rng: np.random.Generator, pool: Iterable[str], n: int) -> list[str]:
    """Draw n entries of a pool with equal chances."""
    entries = list(pool)
    return [entries[i] for i in rng.integers(0, len(entries), n).tolist()]
