"""The answer to what a reader of the page asks first: how far can these numbers be trusted?"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from spotiflow.ml.show.page_tables import markdown_table, number

INTRODUCTION = """\
A predicted value is off by the second column, as a rule of thumb (root of the mean squared error, on a
scale from 0 to 1); who always says the mean is off by the third. Nine of ten values should lie in their 90 %
interval; the fourth column says how many did. Where the two errors are close, the model knows little more than the
mean: read such values in sums over many tracks, not one by one."""
HEAD = ["what is predicted", "off by", "the mean is off by", "in the 90 % interval", "n"]
CATALOGUE_NOTE = """\
Figures of the catalogue flatter: it has 1,000 tracks of every genre, a person has not. Tracks that no
catalogue has are another kind of music still, less popular and often quieter; how intervals hold there is measured
apart, on listeners drawn from a catalogue that was cut ([evidence](evidence.md), 3)."""


@dataclass(frozen=True)
class Question:
    """What is predicted from what, in words, and the rows that measure it."""

    words: str
    model: str
    split: str
    part: str


ARTISTS, SONGS, LEFT_OUT = "artist_grouped_test", "song_grouped_test", "artists_left_out"
QUESTIONS = tuple(
    Question(words.format(feature), f"{feature}_{model}", split, part)
    for words, model, split, part in (
        ("{} of a track, from its other audio features", "audio", ARTISTS, "all"),
        ("{} of a new song by an artist in the catalogue, from names", "names_artist", SONGS, "known_artist"),
        ("{} of a song by an artist nobody knows, from names", "names", ARTISTS, "all"),
        ("{} of a listener's track, the artist in the catalogue", "listener", LEFT_OUT, "known_artist"),
        ("{} of a listener's track, the artist not in it", "listener", LEFT_OUT, "unknown_artist"),
    )
    for feature in ("valence", "energy")
)


def trust(metrics: pd.DataFrame) -> str:
    """Answer from the metrics; what was not measured has no row."""
    rows = [row for question in QUESTIONS for row in _rows(question, metrics)]
    if not rows:
        return ""
    return "\n\n".join([INTRODUCTION, markdown_table(HEAD, rows), CATALOGUE_NOTE])


def _rows(question: Question, metrics: pd.DataFrame) -> list[list[str]]:
    keys = {"model": question.model, "split": question.split, "slice": question.part}
    mine = metrics[
        (metrics[list(keys)] == list(keys.values())).all(axis=1) & (metrics["dataset"] != "simulated")
    ]
    if mine.empty:
        return []
    one = mine[mine["listener"] == mine["listener"].min()].set_index("metric")
    held = number(one["value"].get("coverage_90"))
    error = one.loc["rmse"]
    return [
        [question.words, number(error["value"]), number(error["baseline_value"]), held, f"{error['n']:,}"]
    ]
