"""What to discover: never a recording that was streamed, from artists, genres and popularity."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from spotiflow.ml.recommend.backtest import judge_discovery
from spotiflow.ml.recommend.discovery import POPULARITY, TASTE, Taste, discovered
from spotiflow.ml.recommend.embedding import Embedding, same_artist_hits
from spotiflow.ml.recommend.library import Library, library
from spotiflow.ml.recommend.listener_context import ListenerContext
from spotiflow.ml.recommend.lists import NEW, recommended
from spotiflow.ml.recommend.reasons import NEW_ARTIST
from tests.ml.recommend.histories import (
    catalogue,
    heard_rows,
    one_listener,
    steady,
)


def _new(known: Library) -> pd.DataFrame:
    (history,) = known.histories()
    rows = recommended(ListenerContext.of(history, known))
    return rows[rows["kind"] == NEW]


def test_no_streamed_track_is_discovered() -> None:
    rows = catalogue()
    plays = [(track, track / 10) for track in range(400)]
    found = _new(one_listener(plays, rows))
    assert len(found) == 100
    assert not set(found["track_id"]) & set(rows["track_id"][:400])


@pytest.mark.parametrize("same", ["name", "sound", "match"])
def test_the_same_recording_under_another_id_is_not_new(same: str) -> None:
    """The most popular track is heard; a copy of it stands in the catalogue under another id."""
    rows = catalogue()
    copy = rows.iloc[[0]].assign(track_id="copy", popularity=100)
    if same == "name":
        copy = copy.assign(valence=0.123, energy=0.321)
    if same == "sound":
        copy = copy.assign(song_id="name:other", track_name="Other", artist_key="other")
    if same == "match":
        copy = copy.assign(valence=0.123, song_id="name:other")
    rows = pd.concat([copy, rows], ignore_index=True)
    heard, played, streamed = heard_rows(rows, [(track, track / 10) for track in range(1, 10)])
    if same == "match":
        streamed = pd.concat([streamed, streamed.iloc[[0]].assign(kaggle_track_id="copy", track_id="x")])
    assert "copy" not in set(_new(library(heard, played, streamed, rows))["track_id"])
    alone = library(*heard_rows(rows, [(track, track / 10) for track in range(2, 10)]), rows)
    assert "copy" in set(_new(alone)["track_id"])


def test_a_stream_of_a_second_counts_as_known() -> None:
    rows = catalogue()
    heard, played, streamed = heard_rows(rows, [(track, track / 10) for track in range(1, 10)])
    skipped = streamed.iloc[[0]].assign(
        track_id=rows["track_id"][0], kaggle_track_id=None, song_id=rows["song_id"][0]
    )
    assert rows["track_id"][0] in set(_new(library(heard, played, streamed, rows))["track_id"])
    with_skip = library(heard, played, pd.concat([streamed, skipped]), rows)
    assert rows["track_id"][0] not in set(_new(with_skip)["track_id"])


def test_an_invented_catalogue_is_no_music_for_a_person() -> None:
    rows = catalogue().assign(is_simulated=True)
    plays = [(track, track / 10) for track in range(60)]
    assert _new(library(*heard_rows(rows, plays), rows)).empty
    assert len(_new(library(*heard_rows(rows, plays, simulated=True), rows))) == 100


def test_artists_that_are_played_come_first_and_reasons_say_how_often() -> None:
    rows = catalogue()
    loved = rows["artist_key"][0]
    others = rows.index[rows["artist_key"] == loved].to_numpy()
    plays = [(int(others[0]), day / 4) for day in range(200)] + [(700, 1.0), (800, 2.0)]
    found = _new(one_listener(plays, rows)).set_index("track_id")["reason"]
    for place in others[1:]:
        assert found[rows["track_id"][place]] == "200 plays of 1 other track of the artist"
    assert any(NEW_ARTIST in reason for reason in found)


def test_without_a_catalogue_known_tracks_are_all_there_is() -> None:
    known = one_listener(steady(300, 40), with_catalogue=False)
    (history,) = known.histories()
    rows = recommended(ListenerContext.of(history, known))
    assert set(rows["kind"]) == {"again"}
    assert len(rows) == len(history.tracks)


def test_discoveries_are_judged_on_what_was_heard_first_later() -> None:
    """The popular tracks of the genre played so far are what is heard later."""
    rows = catalogue()
    punk = rows.index[rows["track_genre"] == "punk"].to_numpy()
    early = [(int(track), float(day)) for day, track in enumerate(punk[60:200])]
    late = [(int(track), 140 + day / 2) for day, track in enumerate(punk[:60])]
    known = one_listener(early + late, rows)
    (history,) = known.histories()
    assert known.candidates is not None
    judged = judge_discovery(history, known.candidates, known.n_artists, len(known.genres))
    assert not isinstance(judged, str)
    recall = {metric.name: metric for metric in judged.metrics["all"]}["recall_at_20"]
    assert judged.method == TASTE
    assert recall.baseline_name == "popularity"
    assert recall.value > recall.baseline_value
    assert recall.n >= 20


def test_who_discovers_what_is_popular_gets_what_is_popular() -> None:
    """They know four unpopular tracks, and then hear the most popular ones, which come first."""
    rows = catalogue()
    plays = [(len(rows) - 1 - place, 1.0 + day) for day in range(100) for place in range(4)]
    plays += [(place, 120.0 + place) for place in range(40)]
    known = one_listener(plays, rows)
    (history,) = known.histories()
    assert known.candidates is not None
    judged = judge_discovery(history, known.candidates, known.n_artists, len(known.genres))
    assert not isinstance(judged, str)
    assert judged.method == POPULARITY
    made = recommended(ListenerContext.of(history, known, way_to_new=judged.method))
    new = made[made["kind"] == NEW]["track_id"].tolist()
    fresh = [track for track in known.candidates.tracks["track_id"] if track in set(new)]
    assert new == fresh


def test_too_few_discoveries_say_so() -> None:
    known = one_listener(steady(500, 30), catalogue())
    (history,) = known.histories()
    assert known.candidates is not None
    found = judge_discovery(history, known.candidates, known.n_artists, len(known.genres))
    assert "20 needed" in str(found)


def test_a_list_spreads_over_artists() -> None:
    rows = catalogue()
    plays = [(track, track / 10) for track in range(0, 400, 7)]
    known = one_listener(plays, rows)
    (history,) = known.histories()
    assert known.candidates is not None
    taste = Taste.of(history, history.plays, known.n_artists, len(known.genres))
    places = discovered(known.candidates, taste, history.streamed, 20, is_simulated=False)
    assert len(set(known.candidates.artist[places])) >= 10


def test_near_in_the_embedding_means_alike() -> None:
    rows = catalogue(600)
    artists = pd.factorize(rows["artist_key"])[0].astype(np.int64)
    same = rows.assign(
        **{name: rows.groupby("artist_key")[name].transform("mean") for name in ("energy", "tempo")}
    )
    vectors = Embedding.fit(same, artists).of(same)
    found = same_artist_hits(vectors, artists)
    assert found.is_hit.mean() > 0.95 > found.chance.mean()
    assert np.isnan(Embedding.fit(same, artists).of(same.assign(valence=np.nan))).all()
