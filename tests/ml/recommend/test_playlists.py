"""Playlists by percentiles of one's own, and paths that keep to their line."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from spotiflow.core.errors import UsageError
from spotiflow.ml.data.features import MOODS
from spotiflow.ml.recommend import paths, playlists
from spotiflow.ml.recommend.listener_context import ListenerContext
from spotiflow.ml.recommend.lists import playlist_rows
from spotiflow.ml.recommend.places import (
    ZONES,
    current,
    zone_index,
    zone_place,
)
from spotiflow.ml.recommend.pool import Pool
from tests.ml.recommend.histories import catalogue, one_listener, steady


@pytest.fixture(scope="module")
def context() -> ListenerContext:
    """A listener of 250 measured tracks with a catalogue of 1,500."""
    known = one_listener(steady(4000, 250), catalogue())
    (history,) = known.histories()
    return ListenerContext.of(history, known)


@pytest.mark.parametrize("aim", playlists.AIMS, ids=lambda aim: aim.name)
def test_every_track_lies_within_the_listeners_own_bounds(
    context: ListenerContext, aim: playlists.Aim
) -> None:
    chosen = playlists.playlist(context.pool, aim)
    assert len(chosen.places) == playlists.LENGTH
    own = ~context.pool.is_new
    for feature, low, high in aim.bounds:
        values = context.pool.sound[feature]
        share = [(values[own] < values[place]).mean() for place in chosen.places]
        assert min(share) >= low
        assert max(share) < high or high == 1.0


@pytest.mark.parametrize("aim", playlists.AIMS, ids=lambda aim: aim.name)
def test_seven_in_ten_are_known_and_artists_keep_their_distance(
    context: ListenerContext, aim: playlists.Aim
) -> None:
    places = playlists.playlist(context.pool, aim).places
    assert context.pool.is_new[places].mean() == pytest.approx(0.3, abs=0.051)
    artists = context.pool.artist[places]
    for first, second in itertools.combinations(range(len(artists)), 2):
        assert second - first >= playlists.ARTIST_GAP or artists[first] != artists[second]
    assert len(set(places)) == len(places)


@pytest.mark.parametrize("pace", [paths.ISO, paths.FAST])
@pytest.mark.parametrize(
    ("start", "target"), list(itertools.permutations(["happy", "tense", "sad", "neutral"], 2))
)
def test_a_path_keeps_to_its_line_and_leads_forward(
    context: ListenerContext, start: str, target: str, pace: float
) -> None:
    begin, end = (zone_place(context.pool, name).mood for name in (start, target))
    found = paths.path(context.pool, begin, end, 10, pace)
    assert len(found.places) == 10
    assert found.rmse <= paths.MOST_RMSE
    assert found.monotone >= paths.LEAST_MONOTONE
    assert len(set(found.places)) == 10


def test_waypoints_are_the_formula() -> None:
    start, target = np.array([0.2, 0.2]), np.array([0.8, 0.6])
    even = paths.waypoints(start, target, 4, paths.ISO)
    assert even.tolist() == pytest.approx(np.linspace(start, target, 4))
    fast = paths.waypoints(start, target, 4, paths.FAST)
    assert fast[1].tolist() == pytest.approx(start + (1 / 3) ** 0.3 * (target - start))
    assert fast[-1].tolist() == pytest.approx(target)


def test_a_path_starts_where_the_listening_is(context: ListenerContext) -> None:
    last = context.history.plays.track[-paths.CURRENT_TRACKS :]
    mood = context.history.tracks[["valence", "energy"]].to_numpy(dtype=np.float64)[last]
    assert current(context).mood.tolist() == pytest.approx(mood.mean(axis=0))
    rows = playlist_rows(context)
    first = rows[(rows["playlist_name"] == "path") & (rows["position"] == 1)].iloc[0]
    assert (first["target_valence"], first["target_energy"]) == pytest.approx(tuple(mood.mean(axis=0)))


def test_zones_go_by_two_names_and_no_others() -> None:
    assert [zone_index(name) for name in ZONES] == list(range(len(MOODS)))
    assert [zone_index(name.upper()) for name in MOODS] == list(range(len(MOODS)))
    with pytest.raises(UsageError, match="no zone 'elsewhere'"):
        zone_index("elsewhere")


def test_too_few_measured_tracks_make_no_playlist() -> None:
    known = one_listener([(track, float(track)) for track in range(playlists.LEAST_TRACKS - 1)], catalogue())
    (history,) = known.histories()
    assert playlist_rows(ListenerContext.of(history, known)).empty


def test_a_track_that_was_not_measured_is_in_no_playlist() -> None:
    rows = catalogue()
    silent = rows.assign(valence=rows["valence"].where(rows.index >= 40))
    known = one_listener(
        steady(3000, 200), silent.assign(track_name=rows["track_name"]), with_catalogue=False
    )
    (history,) = known.histories()
    context = ListenerContext.of(history, known)
    assert context.pool.place.size == history.is_measured.sum() < len(history.tracks)
    listed = playlist_rows(context)["track_id"]
    assert not set(listed) & set(silent["track_id"][silent["valence"].isna()])


def test_percentiles_count_the_lower_ones(context: ListenerContext) -> None:
    pool: Pool = context.pool
    own = pool.sound["energy"][~pool.is_new]
    found = playlists.percentiles(pool, "energy")
    place = int(np.argmax(pool.affinity))
    assert found[place] == pytest.approx((own < pool.sound["energy"][place]).mean())
