from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path

import pytest

from spotiflow.core.errors import HomeError, InputError
from spotiflow.core.settings import Settings, load_settings
from spotiflow.pipeline.backup_commands import make_backup
from spotiflow.warehouse.database import open_warehouse


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
        ("min_play_seconds = -1", "0 to 3,600"),
        ("min_play_seconds = nan", "whole number"),
        ("lock_wait_seconds = nan", "0 to 3600"),
        ("lock_wait_seconds = inf", "0 to 3600"),
        ("lock_wait_seconds = -1", "0 to 3600"),
        ("threads = 100000", "threads .* expected a whole number, 0 to"),
        ("schedule_poll_minutes = 0.001", "0 to leave it out, or a number, 1 to"),
        ("schedule_build_hours = 0.00001", "0 to leave it out"),
        ("memory_limit = 'lots'", "2GB"),
        ("memory_limit = '1KB'", "100MB"),
        ("memory_limit = '80 % of it'", "2GB"),
        ("backups_kept = 1000000000", "1,000"),
        ("min_play_share = 50", "0 to 1"),
        ("allow_synthetic = 'perhaps'", "true or false"),
        ("synthetic_scope = 'some'", "uncovered or all"),
        ("colour = 'red'", "does not exist"),
        ("= broken", "not valid TOML"),
        ("a = " + "[" * 50_000, "nested too deep"),
        ("on_alert = ['mail', 'me']", "expected a text"),
        ('publish_csv = "a\\u0000b"', "expected a text"),
        ("sources = [{path = 1}]", "expected texts for the path"),
        ("sources = [{}]", "expected paths"),
        ('sources = ["a\\u0000b"]', "expected texts"),
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


def test_a_mark_in_front_of_the_text_is_no_key(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"\xef\xbb\xbfmin_play_seconds = 40\n")
    assert load_settings(home=tmp_path).min_play_seconds == 40


def test_an_interval_can_be_left_out_and_memory_said_in_any_unit(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path, schedule_poll_minutes=0, memory_limit="1.5 GiB")
    assert (settings.schedule_poll_minutes, settings.memory_limit) == (0, "1.5GiB")


def test_every_number_has_a_range(tmp_path: Path) -> None:
    """Whatever is read as a number refuses what no machine can do."""
    numbers = [field.name for field in fields(Settings) if field.type in ("int", "float")]
    assert len(numbers) > 10
    for name in numbers:
        for value in (-1, 1e18, "nan"):
            with pytest.raises(InputError, match=f"sets {name} to"):
                load_settings(home=tmp_path, **{name: value})


@pytest.mark.parametrize("sign", ["?", "\\", "\n"])
def test_a_home_that_duckdb_cannot_open_is_refused_at_the_start(tmp_path: Path, sign: str) -> None:
    with pytest.raises(HomeError, match="DuckDB cannot open"):
        load_settings(home=tmp_path / f"my{sign}home")


def test_a_home_whose_name_is_no_text_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(HomeError, match="no UTF-8 text"):
        load_settings(home=tmp_path / os.fsdecode(b"\xff\xfe"))


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "config.toml")
    with pytest.raises(InputError, match="is a pipe"):
        load_settings(home=tmp_path)


@pytest.mark.parametrize("name", ["a#b", "[red]a[/red]", "it's", 'say "x"', "50%20", "a;b", "{home}", "ü ß"])
def test_every_other_name_of_a_home_is_only_a_name(tmp_path: Path, name: str) -> None:
    settings = load_settings(home=tmp_path / name)
    with open_warehouse(settings) as db:
        db.execute("insert into raw.listeners values ('me', null, 'person', now()::timestamp)")
    assert name in str(make_backup(settings).path)
    with open_warehouse(settings, read_only=True) as db:
        assert db.execute("select count(*) from raw.listeners").fetchone() == (1,)
