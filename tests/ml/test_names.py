"""Models on names: what text becomes, that nothing a track knows comes from itself, odd catalogues."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from spotiflow.ml.data.catalogue import TEST_FOLD, Catalogue, prepare_catalogue
from spotiflow.ml.data.features import Codes, Matrix
from spotiflow.ml.names.fit import fit_trees
from spotiflow.ml.names.inputs import SHAPE, shape_of
from spotiflow.ml.names.model import (
    ARTIST,
    HARDLY_KNOWN,
    SPECS,
    NamesModel,
)
from spotiflow.ml.names.reader import ALL, Reader, read_text
from spotiflow.ml.names.ridge import FIELDS, Names, fit_ridge
from spotiflow.ml.names.tables import (
    TARGETS,
    NameKeys,
    Own,
    Tables,
    measures,
)
from spotiflow.ml.names.text import normalise, term_matrix, text_keys
from spotiflow.ml.names.training import (
    BY_ARTIST,
    BY_SONG,
    Course,
    prepare_course,
)
from tests.ml.builders import catalogue_rows
from tests.ml.named import named_catalogue

ENERGY = TARGETS.index("energy")
SCRIPTS = ["Hello", "Привет мир", "こんにちは世界", "مرحبا بالعالم", "🔥🔥", "Ünïcödé", "e\u0301", "\ud800"]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return prepare_catalogue(named_catalogue(), "hash")


@pytest.fixture(scope="module")
def course(catalogue: Catalogue) -> Course:
    return prepare_course(catalogue)


def _r2(truth: Matrix, prediction: Matrix) -> float:
    return float(1 - np.square(truth - prediction).sum() / np.square(truth - truth.mean()).sum())


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("  Beyoncé!! (LIVE) ", "beyonce live"),
        ("Буря", "буря"),
        ("嵐 - 2020", "嵐 2020"),
        ("🔥", ""),
        (None, ""),
    ],
)
def test_names_are_compared_by_letters_of_any_script(raw: str | None, expected: str) -> None:
    assert normalise(raw) == expected


def test_the_terms_of_a_text_do_not_depend_on_the_texts_around_it() -> None:
    texts = [normalise(text) for text in SCRIPTS]
    together, rarity = term_matrix(texts, FIELDS[0])
    for place, text in enumerate(texts):
        alone, _ = term_matrix([text], FIELDS[0], rarity)
        assert abs(alone - together[place]).max() < 1e-6
        length = float(np.sqrt(together[place].multiply(together[place]).sum()))
        assert length == pytest.approx(FIELDS[0].weight if text else 0.0, rel=0.3)


def test_different_texts_have_different_keys_and_no_text_has_none() -> None:
    keys = text_keys(["", "a", "b", "ab", "ba", "a b", "abc" * 500])
    assert keys[0] == 0
    assert len(set(keys.tolist())) == len(keys)


def test_no_texts_at_all_are_no_error() -> None:
    empty = pd.DataFrame({field.name: pd.Series([None, None], dtype=object) for field in FIELDS})
    names = Names.of(empty)
    coefficients, mean = fit_ridge(names, np.array([[0.2], [0.4]]), np.arange(2), np.ones(2))
    assert not coefficients.any()
    assert mean == pytest.approx([0.3])


def test_the_ridge_learns_what_a_word_says_and_nothing_from_a_constant(catalogue: Catalogue) -> None:
    tracks = catalogue.canonical
    names = Names.of(tracks)
    truth = np.column_stack([tracks["energy"], np.full(len(tracks), 0.5)])
    train = np.flatnonzero(~catalogue.is_test)
    coefficients, mean = fit_ridge(names, truth, train, np.ones(len(tracks)))
    test = np.flatnonzero(catalogue.is_test)
    predicted = mean + np.add.reduce(names.parts(coefficients, test))
    assert _r2(truth[test, 0], predicted[:, 0]) > 0.4
    assert predicted[:, 1] == pytest.approx(0.5)


def _with_other_truth(catalogue: Catalogue, artist: str) -> Catalogue:
    tracks = catalogue.tracks.copy()
    tracks.loc[tracks["primary_artist"] == artist, list(TARGETS)] = 0.987
    return replace(catalogue, tracks=tracks)


def _moved(before: Matrix, after: Matrix) -> float:
    return float(np.nanmax(np.abs(before - after)))


@pytest.mark.parametrize("fold", [TEST_FOLD, 1])
def test_the_text_of_a_track_never_learned_from_its_artist(
    catalogue: Catalogue, course: Course, fold: int
) -> None:
    """With one set of coefficients for all tracks, which is the leak, it would not hold in training folds."""
    tracks = catalogue.canonical
    artist = str(tracks["primary_artist"][catalogue.folds == fold].iloc[0])
    mine = (tracks["primary_artist"] == artist).to_numpy()
    other = prepare_course(_with_other_truth(catalogue, artist))
    honest = [one.lessons[BY_ARTIST].inputs.text[mine] for one in (course, other)]
    assert _moved(*honest) < 1e-6
    leaking = [_read_by_all(one)[mine] for one in (course, other)]
    assert (_moved(*leaking) > 1e-3) is (fold != TEST_FOLD)


def _read_by_all(course: Course) -> Matrix:
    tracks = course.catalogue.canonical
    everybody: Codes = np.full(len(tracks), TEST_FOLD)
    reader = course.reader
    weights, means = {ALL: reader.weights[ALL]}, {ALL: reader.means[ALL]}
    read: Matrix = np.add.reduce(read_text(Names.of(tracks, reader.rarities), everybody, weights, means))
    return read


def test_means_of_an_artist_leave_the_song_out(catalogue: Catalogue, course: Course) -> None:
    """The same with the tables of all tracks, which is the leak, fails."""
    tracks = catalogue.canonical
    values = measures(tracks)
    lesson = course.lessons[BY_SONG]
    known = lesson.inputs.known
    in_table = known.n_artist > 0
    residual = values[:, ENERGY] - known.artist[:, ENERGY]
    all_tracks = course.reader.tables.look_up(NameKeys.of(tracks)).artist[:, ENERGY]
    noise = np.random.default_rng(1).normal(size=values.shape)
    usual = np.full(values.shape, np.nan)
    keys = NameKeys.of(tracks)
    tables = Tables.of(keys, noise, usual, np.ones(len(tracks), dtype=bool))
    one = np.ones(len(tracks))
    own = Own(noise, one, one)
    honest, leaking = tables.look_up(keys, own).artist[:, 0], tables.look_up(keys).artist[:, 0]
    assert abs(np.corrcoef(honest, noise[:, 0])[0, 1]) < 0.3
    assert np.corrcoef(leaking, noise[:, 0])[0, 1] > 0.35
    assert np.square(residual[in_table]).mean() > np.square(values[:, ENERGY] - all_tracks).mean()


def test_no_song_is_on_both_sides_of_the_songs_split(catalogue: Catalogue, course: Course) -> None:
    folds = pd.Series(course.lessons[BY_SONG].folds)
    groups = catalogue.canonical["song_group"]
    assert (folds.groupby(groups.to_numpy()).nunique() == 1).all()
    assert 0.15 < (folds == TEST_FOLD).mean() < 0.25


def test_the_known_artist_is_better_read_than_the_unknown(course: Course) -> None:
    truth = course.truth("energy")
    by_song, by_artist = course.lessons[BY_SONG], course.lessons[BY_ARTIST]
    known = by_song.is_test & (by_song.inputs.known.n_artist > 0)
    with_artist = course.reader.linear_prediction("artist", "energy", by_song.inputs)[known]
    text = course.reader.linear_prediction("text", "energy", by_artist.inputs)[by_artist.is_test]
    assert _r2(truth[known], with_artist) > 0.5
    assert _r2(truth[by_artist.is_test], text) > 0.3


def test_a_course_is_the_same_twice_and_its_reader_survives_the_file(
    catalogue: Catalogue, course: Course
) -> None:
    again = prepare_course(catalogue)
    for split in (BY_ARTIST, BY_SONG):
        np.testing.assert_array_equal(again.lessons[split].inputs.text, course.lessons[split].inputs.text)
    tracks = catalogue.canonical.head(50)
    read = Reader.from_state(course.reader.to_state()).inputs(tracks)
    whole = course.shown_whole[:50]
    learned = course.lessons[BY_ARTIST].inputs.text[:50]
    np.testing.assert_allclose(read.text[whole], learned[whole], atol=1e-4)
    np.testing.assert_array_equal(read.text, course.reader.inputs(tracks).text)


@pytest.mark.parametrize("hidden", [{"track_genres": None}, {"album_name": None}, {"duration_ms": np.nan}])
def test_what_the_catalogue_does_not_tell_is_no_error(hidden: dict[str, Any]) -> None:
    rows = named_catalogue(400).assign(**hidden)
    found = prepare_course(prepare_catalogue(rows, "hash"))
    matrix = found.lessons[BY_SONG].inputs
    assert np.isfinite(matrix.text).all()
    assert np.isfinite(found.reader.linear_prediction("text", "energy", matrix)).all()


def test_values_that_are_no_numbers_count_as_the_mean() -> None:
    rows = named_catalogue(20).astype({"energy": float})
    rows.loc[:3, "energy"] = [np.nan, np.inf, -np.inf, np.nan]
    assert measures(rows)[:4, ENERGY] == pytest.approx(rows["energy"][4:].mean())


def test_the_shape_of_names_that_are_missing_is_missing() -> None:
    rows = pd.DataFrame(
        {
            "track_name": ["One", None],
            "album_name": ["One", None],
            "primary_artist": ["嵐", ""],
            "duration_ms": [1000, None],
        }
    )
    shape = dict(zip(SHAPE, shape_of(rows).T, strict=True))
    assert shape["is_title_track"][0] == 1
    assert shape["artist_letters"][0] == 1
    assert all(np.isnan(column[1]) for column in shape.values())


def test_artists_hardly_known_get_intervals_of_their_own_that_hold() -> None:
    # Titles say nothing here, only the artist does.
    titles = np.random.default_rng(6).permutation(2000).astype(str)
    tracks = catalogue_rows(2000).assign(track_name=titles, album_name=None)
    alone = np.arange(2000) // 5 % 2 == 1
    names = np.where(alone, [f"Lone {n}" for n in range(2000)], tracks["primary_artist"])
    course = prepare_course(prepare_catalogue(tracks.assign(primary_artist=names), "hash"))
    spec = next(spec for spec in SPECS if spec.name == "energy_names_artist")
    ((_, (estimators, widths)),) = fit_trees([spec], course, lambda _: None)
    assert widths[HARDLY_KNOWN] > 1.1 * widths[ARTIST]
    model = NamesModel(spec.target, spec.routes, estimators, widths, course.reader, "file", "sha")
    lesson = course.lessons[BY_SONG]
    prediction, width = model.predict_best(lesson.inputs)
    inside = np.abs(course.truth("energy") - prediction) <= width
    for is_known in (True, False):
        part = lesson.is_test & ((lesson.inputs.known.n_artist >= 2) == is_known)
        assert part.sum() > 100
        assert 0.83 <= inside[part].mean() <= 0.97
