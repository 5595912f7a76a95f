"""Forgetting beside every writer, in every kind of file, under every name, and what works after it."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from spotiflow.core.errors import NotFoundError, UsageError, WaitError
from spotiflow.core.settings import Settings
from spotiflow.ingest.exports import import_exports
from spotiflow.ingest.listeners import add_listener
from spotiflow.ml.engine.model_files import save_state
from spotiflow.ml.engine.people import people_in
from spotiflow.ml.engine.store import TrainingOutput, store
from spotiflow.people.forget import forget_listener, preview
from spotiflow.people.forget.traces import NotSearchableError, holds
from spotiflow.people.forget.words import Words
from spotiflow.people.listener_changes import rename_listener
from spotiflow.pipeline.run import choose, run_line
from spotiflow.pipeline.source_files import look_at, remember, unseen
from spotiflow.pipeline.stage import Job
from spotiflow.warehouse.backups import write_backup
from spotiflow.warehouse.database import hold, open_warehouse
from spotiflow.warehouse.known_copies import FORGOTTEN, known_copies, remember_copy
from spotiflow.warehouse.run_lock import only_one
from spotiflow.warehouse.run_log import utc_now
from tests.ingest import builders as b
from tests.ingest.conftest import Rows
from tests.paths import ROOT

Query = Callable[..., Rows]
SECRET = "Zyxwvut Nonesuch"
VERSION = """insert into ml.model_versions
    values ($model, '20260101-a', now(), 'best', 't', 'a', 1, ['x'], $text, 1, 's', 'h',
    'c', 'l', null, $model || '.skops', 'sha', $model || '.md', false)"""


@pytest.fixture
def home(settings: Settings, tmp_path: Path) -> Settings:
    """A home with anna and bert, who share no track."""
    for name in ("anna", "bert"):
        add_listener(settings, name, time_zone="UTC")
    plays = [
        b.play(n, master_metadata_track_name=f"{SECRET} {n}", spotify_track_uri=b.track_uri(7000 + n))
        for n in range(20)
    ]
    import_exports(settings, [b.write(tmp_path / "a" / "endsong_0.json", plays)], listener_id="anna")
    others = b.write(tmp_path / "b" / "endsong_0.json", [b.play(n) for n in range(30, 40)])
    import_exports(settings, [others], listener_id="bert")
    return settings


def test_a_training_that_began_before_stores_nothing(home: Settings, query: Query) -> None:
    with open_warehouse(home) as db:
        output = TrainingOutput(utc_now(), people=people_in(db))
    rows = pd.DataFrame([{"listener_id": "anna", "embedding": [0.5], "model": "m", "model_version": "1"}])
    output.add("listener_embeddings", rows)
    forget_listener(home, "anna")
    with pytest.raises(NotFoundError, match="was forgotten or renamed while models were made"):
        store(home, output)
    assert query("select count(*) from ml.listener_embeddings") == [(0,)]
    # Somebody of the same name who is added later is not the one whose listening was read.
    add_listener(home, "anna", time_zone="UTC")
    with pytest.raises(NotFoundError):
        store(home, output)


def test_no_commit_of_another_process_is_lost(home: Settings, query: Query) -> None:
    """A writer commits all the time and says so; whatever it said is in the file afterwards."""
    writer = """
import sys
from pathlib import Path
from spotiflow.core.settings import load_settings
from spotiflow.warehouse.database import open_warehouse
settings = load_settings(home=Path(sys.argv[1]), lock_wait_seconds=20)
for number in range(100_000):
    with open_warehouse(settings) as db:
        db.execute("insert into raw.api_calls values ('w', now()::timestamp, ?)", [number])
    print(number, flush=True)
"""
    words = [sys.executable, "-c", writer, str(home.home)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT) as running:
        assert running.stdout
        running.stdout.readline()
        forget_listener(replace(home, lock_wait_seconds=20), "anna")
        running.stdout.readline()
        running.terminate()
        said = 2 + len(running.stdout.read().split())
    assert query("select count(*) from raw.api_calls")[0][0] >= said


def test_a_run_is_waited_for(home: Settings) -> None:
    with only_one(home, "spotiflow run"), pytest.raises(WaitError, match="spotiflow run"):
        forget_listener(home, "anna")
    assert preview(home, ["anna"]) == 20


def test_a_log_that_a_killed_writer_left_is_taken_in(home: Settings, query: Query) -> None:
    killed = """
import os, sys, duckdb
db = duckdb.connect(sys.argv[1])
db.execute("set checkpoint_threshold = '1GB'")
db.execute("insert into raw.missing_tracks values ('bert-1', now()::timestamp)")
os._exit(9)
"""
    subprocess.run([sys.executable, "-c", killed, str(home.database_path)], check=False)
    assert Path(f"{home.database_path}.wal").exists()
    forget_listener(home, "anna")
    assert not Path(f"{home.database_path}.wal").exists()
    assert query("select track_id from raw.missing_tracks") == [("bert-1",)]


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("create table gold.mine as select 1 as a", r"gold\.mine"),
        ("create view silver.mine as select 1 as a", r"silver\.mine"),
        ("create table raw.mine (a integer)", r"raw\.mine"),
        ("alter table raw.listeners add column note varchar", r"raw\.listeners\.note"),
        ("create macro main.mine(a) as a + 1", r"main\.mine"),
        ("create sequence main.mine", r"main\.mine"),
    ],
)
def test_what_a_person_made_is_not_dropped_in_silence(home: Settings, statement: str, named: str) -> None:
    with open_warehouse(home) as db:
        db.execute("create schema gold; create schema silver")
        db.execute(statement)
    with pytest.raises(UsageError, match=named):
        forget_listener(home, "anna")
    assert preview(home, ["anna"]) == 20


def test_behind_a_link_the_old_file_goes(home: Settings, tmp_path: Path, query: Query) -> None:
    elsewhere = tmp_path / "disk" / "big.duckdb"
    elsewhere.parent.mkdir()
    home.database_path.rename(elsewhere)
    home.database_path.symlink_to(elsewhere)
    forget_listener(home, "anna")
    assert home.database_path.is_symlink()
    assert SECRET.encode() not in elsewhere.read_bytes()
    assert [path.name for path in elsewhere.parent.iterdir()] == ["big.duckdb"]
    assert query("select count(*) from raw.listening_history") == [(10,)]


def test_another_name_of_the_old_file_is_told(home: Settings, tmp_path: Path) -> None:
    os.link(home.database_path, tmp_path / "second.duckdb")
    assert any("hard link" in what for what in forget_listener(home, "anna").still_held)


def test_a_name_that_only_models_know(home: Settings, query: Query) -> None:
    with open_warehouse(home) as db:
        db.execute("insert into ml.listener_embeddings values ('carl', [0.5], 'm', '1', now())")
    assert forget_listener(home, "carl").rows["ml.listener_embeddings"] == 1
    assert query("select count(*) from ml.listener_embeddings") == [(0,)]
    with pytest.raises(NotFoundError):
        forget_listener(home, "carl")


def test_models_that_learned_from_listening_go(home: Settings, query: Query) -> None:
    with open_warehouse(home) as db:
        db.execute(VERSION, {"model": "valence_audio", "text": "{}"})
        db.execute(VERSION, {"model": "valence_listener", "text": '{"anna": "ridge"}'})
        db.execute("insert into ml.task_runs values ('completion', 'd', ['None of anna.'], now())")
        db.execute("insert into ml.task_runs values ('valence_audio', 'd', [], now())")
    for name in ("valence_audio", "valence_listener", "of_a_killed_training"):
        save_state(home.models_dir, f"{name}.skops", {"who": np.array(["anna", "bert"])})
        (home.models_dir / f"{name}.md").write_text("anna")
    (home.models_dir / ".abc.part").write_text("anna")
    forgotten = forget_listener(home, "anna")
    assert query("select model from ml.model_versions") == [("valence_audio",)]
    assert query("select task from ml.task_runs") == [("valence_audio",)]
    assert sorted(path.name for path in home.models_dir.iterdir()) == [
        "valence_audio.md",
        "valence_audio.skops",
    ]
    assert forgotten.still_held == ["models/valence_audio.md", "models/valence_audio.skops"]


def test_words_of_ours_name_nobody_afterwards(home: Settings, tmp_path: Path, query: Query) -> None:
    place = tmp_path / "Anna_data" / "endsong_0.json"
    place.parent.mkdir()
    place.write_text("[]")
    look = look_at(place)
    assert look
    remember(home, [look], "ok", "anna: 20 kept")
    with open_warehouse(home) as db:
        for detail in ("files of anna: 20 kept", "2 of annabel"):
            db.execute("insert into raw.runs values ('r', 'run', now(), now(), 'ok', 0, $d)", {"d": detail})
            db.execute(
                "insert into raw.stage_runs values ('r', 'files', now(), now(), 'ok', $d, null)",
                {"d": detail},
            )
    alerts = [{"cause": f"login:{name}", "message": "x", "since": "2026-01-01", "told_at": None}
              for name in ("anna", "bert")]  # fmt: skip
    (home.home / "alerts.json").write_text(json.dumps(alerts))
    forget_listener(home, "anna")
    for table in ("runs", "stage_runs"):
        assert query(f"select detail from raw.{table} order by 1") == [("2 of annabel",), (None,)], table
    assert b"Anna_data" not in home.database_path.read_bytes()
    assert unseen(home, [look]) == [], "a run would take the file in again"
    assert json.loads((home.home / "alerts.json").read_text()) == alerts[1:]


def test_copies_made_before_a_rename_and_on_disks_that_are_away(home: Settings, tmp_path: Path) -> None:
    db = hold(home)
    try:
        backup = write_backup(home, db, "asked for")
    finally:
        db.close()
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "a.zip").touch()
    remember_copy(home, "takeout", tmp_path / "disk" / "a.zip", ["anna"])
    (tmp_path / "lake").mkdir()
    remember_copy(home, "delta", tmp_path / "lake", ["anna", "bert"])
    remember_copy(home, "postgres", "postgresql://host/music", ["anna", "bert"])
    (tmp_path / "disk").rename(tmp_path / "unplugged")
    rename_listener(home, "anna", "bea")
    assert len(known_copies(home)) == 4
    (home.home / "notes.txt").write_text("anna was here")
    forgotten = forget_listener(home, "bea")
    assert {words.rpartition(" ")[2] for words in forgotten.copies} == {
        *(str(backup.path), str(tmp_path / "disk" / "a.zip"), str(tmp_path / "lake")),
        "postgresql://host/music",
    }
    assert "notes.txt" in forgotten.still_held
    assert not (home.home / "former-names.json").exists()
    for path in home.home.glob("*.json"):
        assert not {"bea", "anna"} & set(re.findall(r"\w+", path.read_text()))
    assert [one.listeners for one in known_copies(home)][-1] == [FORGOTTEN, "bert"]


def test_a_former_name_that_somebody_else_has_now_is_theirs(home: Settings) -> None:
    rename_listener(home, "anna", "bea")
    rename_listener(home, "bert", "anna")
    (home.home / "notes.txt").write_text("anna is bert now")
    assert "notes.txt" not in forget_listener(home, "bea").still_held


def _zipped(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


_PLAIN: dict[str, Callable[[str], bytes]] = {
    "text": str.encode,
    "json": lambda text: json.dumps([text]).encode(),
    "utf-16": lambda text: f" {text} ".encode("utf-16-be"),
    "gzip": lambda text: gzip.compress(text.encode()),
    "zip": lambda text: _zipped("a.txt", text.encode()),
    "zip in zip": lambda text: _zipped("in.zip", _zipped("a.txt", text.encode())),
    "zip at an end": lambda text: b"#!/bin/sh\nexit\n" + _zipped("a.txt", text.encode()),
}


@pytest.mark.parametrize(
    "kind",
    [
        "text",
        "json",
        "gzip",
        "zip",
        "zip in zip",
        "zip in tar.gz",
        "zip at an end",
        "utf-16",
        "numpy",
        "parquet",
        "duckdb",
    ],
)
def test_words_are_found_in_every_kind_of_file(tmp_path: Path, kind: str) -> None:
    words = Words(("anna",), ("Motörhead Song",))
    for text, is_there in (("of Anna.", True), ("annabel", False), ("Motörhead Song", True)):
        path = _packed(tmp_path / f"{kind}-{len(text)}", kind, text)
        if kind in ("numpy", "utf-16") and text == "annabel":
            continue
        expected = is_there and not (kind in ("parquet", "duckdb") and text == "of Anna.")
        assert holds(path, words) == expected, (kind, text)


def _packed(path: Path, kind: str, text: str) -> Path:
    if kind in _PLAIN:
        path.write_bytes(_PLAIN[kind](text))
    elif kind == "zip in tar.gz":
        with tarfile.open(path, "w:gz") as archive:
            content = _zipped("a.txt", text.encode())
            member = tarfile.TarInfo("in.zip")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    elif kind == "numpy":
        np.save(path.with_suffix(".npy"), np.array([text.strip("of .").lower() if "Anna" in text else text]))
        return path.with_suffix(".npy")
    elif kind == "parquet":
        duckdb.execute(f"copy (select '{text}' as a) to '{path}' (format parquet)")
    else:
        with duckdb.connect(str(path)) as db:
            db.execute("create table a as select [?] as names", [text])
    return path


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04broken",
        b"Rar!\x1a\x07\x00",
        b"\x1f\x8bbroken",
        gzip.compress(b"12345678DUCK, compressed in a way of its own"),
        gzip.compress(gzip.compress(gzip.compress(gzip.compress(gzip.compress(b"anna"))))),
    ],
    # What is packed says when: as the name of a test it would be another one in each process.
    ids=["zip", "rar", "gzip", "packed twice", "packed five times"],
)
def test_what_cannot_be_searched_is_not_called_clean(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.bin").write_bytes(content)
    with pytest.raises(NotSearchableError):
        holds(tmp_path / "a.bin", Words(("anna",)))


def test_an_inbox_that_cannot_be_read_leaves_nothing_half_done(home: Settings, query: Query) -> None:
    """The rows are gone by the time files are looked at: whatever is odd there must not end it."""
    poll = "spotify-20261121T000000000000-4b6b1f5e-0000-4000-8000-000000000000.json"
    (home.inbox_dir / poll).write_text("[" * 200_000)
    (home.home / "alerts.json").write_text("[" * 200_000)
    (home.home / "former-names.json").write_text("[" * 200_000)
    forgotten = forget_listener(home, "anna")
    assert forgotten.rows["raw.listeners"] == 1
    assert (home.inbox_dir / poll).exists()


def test_one_that_was_broken_off_can_be_done_again(home: Settings, query: Query) -> None:
    remember_copy(home, "csv", "/nowhere/at/all", ["anna"])
    with open_warehouse(home) as db:
        db.execute("delete from raw.listeners where listener_id = 'anna'")
        db.execute("delete from raw.listening_history where listener_id = 'anna'")
        db.execute("delete from raw.listener_time_zones where listener_id = 'anna'")
        db.execute("delete from raw.ingest_files where listener_id = 'anna'")
    assert forget_listener(home, "anna").copies == ["published as csv /nowhere/at/all"]
    assert [copy.listeners for copy in known_copies(home)] == [[FORGOTTEN]]


def test_a_former_name_is_nobody(home: Settings) -> None:
    """Copies know it still, but forgetting it would drop what is built and leave the person."""
    remember_copy(home, "csv", "/nowhere/at/all", ["anna"])
    rename_listener(home, "anna", "zoe")
    with pytest.raises(NotFoundError):
        forget_listener(home, "anna")
    assert [copy.listeners for copy in known_copies(home)] == [["anna", "zoe"]]


def test_what_a_restore_put_aside_is_searched_too(home: Settings) -> None:
    aside = home.backups_dir / "2026-01-01T000000-000000-replaced"
    aside.mkdir(parents=True)
    (aside / "config.toml").write_text('default_listener = "anna"')
    (aside / "spotiflow.duckdb").write_text("damaged")
    forgotten = forget_listener(home, "anna")
    assert forgotten.still_held == [f"backups/{aside.name}/config.toml"]
    assert forgotten.unsearched == [f"backups/{aside.name}/spotiflow.duckdb"]


def test_what_a_killed_one_left_is_swept(home: Settings) -> None:
    left = home.home / f".{home.database_path.name}.forgetting"
    left.mkdir()
    (left / "spotiflow.duckdb").write_text(SECRET)
    forget_listener(home, "anna")
    assert not left.exists()


@pytest.mark.slow
def test_after_it_everything_works(home: Settings, tmp_path: Path) -> None:
    """A built and published home: what a build makes is nobody's own, and the next run puts all right."""
    out, lake = str(tmp_path / "out"), str(tmp_path / "lake")
    home = replace(home, default_listener="bert", publish_parquet=out, publish_delta=lake)
    job = Job(home, show=lambda _: None)
    stages = choose(["build", "publish"])
    assert run_line(job, stages).exit_code == 0
    forgotten = forget_listener(home, "anna")
    assert {words.rpartition(" ")[2] for words in forgotten.copies} == {out, lake}
    result = run_line(Job(home, show=lambda _: None), stages)
    assert (result.exit_code, result.did("build"), result.did("publish")) == (0, True, True)
    for path in (*(tmp_path / "out").rglob("*"), *(tmp_path / "lake").rglob("*")):
        assert path.is_dir() or not holds(path, Words(("anna",), (f"{SECRET} 1",))), path
