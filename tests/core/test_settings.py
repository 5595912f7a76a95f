from __future__ import annotations

from pathlib import Path

import pytest

from spotiflow.core.errors import InputError
from spotiflow.core.settings import load_settings


def test_default_home_is_in_the_users_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SPOTIFLOW_HOME", raising=False)
    assert load_settings().home == tmp_path / ".spotiflow"


def test_option_beats_environment_beats_file_beats_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert load_settings(home=tmp_path).min_play_seconds == 30
    (tmp_path / "config.toml").write_text("min_play_seconds = 40\n")
    assert load_settings(home=tmp_path).min_play_seconds == 40
    monkeypatch.setenv("SPOTIFLOW_MIN_PLAY_SECONDS", "50")
    assert load_settings(home=tmp_path).min_play_seconds == 50
    assert load_settings(home=tmp_path, min_play_seconds=60).min_play_seconds == 60
    assert load_settings(home=tmp_path, min_play_seconds=None).min_play_seconds == 50


@pytest.mark.parametrize(("word", "expected"), [("false", False), ("0", False), ("YES", True), ("on", True)])
@pytest.mark.parametrize("variable", ["ALLOW_SYNTHETIC", "SPOTIFLOW_ALLOW_SYNTHETIC"])
def test_both_environment_names_switch_synthetic(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, word: str, expected: bool
) -> None:
    monkeypatch.setenv(variable, word)
    assert load_settings(home=tmp_path).allow_synthetic is expected


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("min_play_seconds = 'soon'", "min_play_seconds"),
        ("min_play_seconds = -1", "0 or more"),
        ("min_play_share = 50", "0 to 1"),
        ("allow_synthetic = 'perhaps'", "true or false"),
        ("synthetic_scope = 'some'", "uncovered or all"),
        ("colour = 'red'", "does not exist"),
        ("= broken", "not valid TOML"),
    ],
)
def test_a_bad_value_is_named_with_its_place(tmp_path: Path, text: str, part: str) -> None:
    (tmp_path / "config.toml").write_text(text)
    with pytest.raises(InputError, match=part) as caught:
        load_settings(home=tmp_path)
    assert caught.value.hint


def test_a_bad_environment_value_names_the_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SPOTIFLOW_THREADS", "many")
    with pytest.raises(InputError, match="SPOTIFLOW_THREADS"):
        load_settings(home=tmp_path)
