"""Model files: whole or absent, and refused when changed, missing or foreign."""

from __future__ import annotations

import io
import os
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
import skops.io
from sklearn.gaussian_process import GaussianProcessRegressor

from spotiflow.core.errors import ModelFileError
from spotiflow.ml.engine import model_files
from spotiflow.ml.engine.model_files import load_state, save_state, write_file


def test_a_state_comes_back(tmp_path: Path) -> None:
    sha256 = save_state(tmp_path, "m.skops", {"format": 1, "means": np.arange(3.0), "names": ["a"]})
    state = load_state(tmp_path, "m.skops", sha256)
    assert state["format"] == 1
    np.testing.assert_array_equal(state["means"], np.arange(3.0))


def test_a_changed_byte_is_refused_with_a_sentence(tmp_path: Path) -> None:
    sha256 = save_state(tmp_path, "m.skops", {"format": 1})
    content = bytearray((tmp_path / "m.skops").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "m.skops").write_bytes(bytes(content))
    with pytest.raises(ModelFileError, match="was changed: its sha256 begins") as caught:
        load_state(tmp_path, "m.skops", sha256)
    assert "spotiflow train" in caught.value.hint


def test_a_missing_file_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="is missing or cannot be read"):
        load_state(tmp_path, "m.skops", "0" * 64)


class Stranger:
    """A type that no model of ours has."""


@pytest.mark.parametrize(
    "foreign", [Stranger(), OrderedDict(a=GaussianProcessRegressor(kernel=None), b=print)]
)
def test_types_off_the_list_are_refused_even_with_the_right_sha256(tmp_path: Path, foreign: object) -> None:
    sha256 = write_file(tmp_path, "m.skops", skops.io.dumps({"format": 1, "estimator": foreign}))
    with pytest.raises(ModelFileError, match="types that a model of spotiflow never has"):
        load_state(tmp_path, "m.skops", sha256)


def test_a_pickle_is_refused(tmp_path: Path) -> None:
    sha256 = write_file(tmp_path, "m.skops", b"\x80\x04N.")
    with pytest.raises(ModelFileError, match="cannot be read"):
        load_state(tmp_path, "m.skops", sha256)


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_a_file_that_is_or_unpacks_to_more_than_any_model_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, compression: int
) -> None:
    monkeypatch.setattr(model_files, "MOST_BYTES", 3_000_000)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive:
        archive.writestr("schema.json", bytes(4_000_000))
    assert (len(packed.getvalue()) < 10_000) == (compression == zipfile.ZIP_DEFLATED)
    sha256 = write_file(tmp_path, "m.skops", packed.getvalue())
    with pytest.raises(ModelFileError, match="holds more than 3 MB, as no model of spotiflow does"):
        load_state(tmp_path, "m.skops", sha256)


def test_names_that_lead_elsewhere_folders_and_pipes_are_no_model_files(tmp_path: Path) -> None:
    sha256 = write_file(tmp_path, "outside.skops", b"x")
    models = tmp_path / "models"
    (models / "folder").mkdir(parents=True)
    os.mkfifo(models / "pipe")
    for name in ("../outside.skops", str(tmp_path / "outside.skops"), "folder", "pipe", ""):
        with pytest.raises(ModelFileError, match="is missing or cannot be read"):
            load_state(models, name, sha256)


def test_a_kill_while_writing_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", killed)
    with pytest.raises(KeyboardInterrupt):
        write_file(tmp_path, "m.skops", b"half")
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("x", encoding="utf-8")
    with pytest.raises(ModelFileError, match="models is a file"):
        write_file(tmp_path / "models", "m.skops", b"x")


def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    write_file(tmp_path / "models", "m.skops", b"x")
    assert (tmp_path / "models").stat().st_mode & 0o077 == 0
    assert (tmp_path / "models" / "m.skops").stat().st_mode & 0o077 == 0
