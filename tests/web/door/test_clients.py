"""What players do: two clients that were written for ListenBrainz, and the way of a listen into the warehouse."""

from __future__ import annotations

import http.client
import subprocess
import sys
import time
from typing import Any

import liblistenbrainz
import listenbrainz_submit
import pytest

from spotiflow.core.settings import Settings
from spotiflow.ingest.scrobbles import import_scrobbles
from spotiflow.ingest.submissions.intake import take_in_listens
from spotiflow.ingest.submissions.spool import waiting
from spotiflow.ingest.submissions.tokens import add_token, read_tokens, remove_token, tokens_path
from spotiflow.people.forget import forget_listener
from spotiflow.people.listener_changes import rename_listener
from spotiflow.people.takeout import take_out
from spotiflow.pipeline.listens import take_in
from spotiflow.pipeline.stage import Job
from spotiflow.warehouse.database import open_warehouse
from tests.web.door.conftest import NOON, Server, listen


def stored(settings: Settings, columns: str = "listener_id, track_name, platform") -> list[tuple[Any, ...]]:
    with open_warehouse(settings, read_only=True) as db:
        return db.execute(
            f"select {columns} from raw.listening_history where source = 'listenbrainz' order by played_at"
        ).fetchall()


def test_liblistenbrainz_submits_and_sees_that_it_worked(door: Server) -> None:
    client = liblistenbrainz.ListenBrainz(api_base_url=f"http://127.0.0.1:{door.port}")
    with pytest.raises(liblistenbrainz.errors.InvalidAuthTokenException):
        client.set_auth_token("00000000-0000-4000-8000-000000000000")
    client.set_auth_token(door.me)
    made = [
        liblistenbrainz.Listen(
            track_name=f"Song {number}",
            artist_name="Artist",
            release_name="Album",
            listened_at=NOON + number * 200,
            additional_info={"media_player": "Music Assistant"},
        )
        for number in range(5)
    ]
    assert client.submit_single_listen(made[0]) == {"status": "ok"}
    assert client.submit_multiple_listens(made[1:]) == {"status": "ok"}
    now = liblistenbrainz.Listen(track_name="Now", artist_name="Artist")
    assert client.submit_playing_now(now) == {"status": "ok"}
    newest = client.get_listens("me", count=2)
    assert [one.track_name for one in newest] == ["Song 4", "Song 3"]
    assert [one.listened_at for one in newest] == [NOON + 800, NOON + 600]
    assert [one.track_name for one in client.get_listens("me", max_ts=NOON + 400)] == ["Song 1", "Song 0"]
    assert [one.track_name for one in client.get_listens("me", min_ts=NOON + 400)] == ["Song 4", "Song 3"]
    with pytest.raises(liblistenbrainz.errors.ListenBrainzAPIException) as refused:
        client.get_user_artists("me")
    assert refused.value.status_code == 404
    take_in_listens(door.settings)
    rows = stored(door.settings, "track_name, platform, epoch(played_at)::bigint")
    assert rows == [(f"Song {n}", "Music Assistant", NOON + n * 200) for n in range(5)]


def test_a_second_client_submits_too(door: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """This one knows one host only, and TLS; both are its own constants."""
    monkeypatch.setattr(listenbrainz_submit, "HOST_NAME", f"127.0.0.1:{door.port}")
    monkeypatch.setattr(
        listenbrainz_submit,
        "HTTPSConnection",
        lambda host, context, timeout: http.client.HTTPConnection(host, timeout=timeout),
    )
    client = listenbrainz_submit.ListenBrainzClient(door.anna)
    info = {"listening_from": "deadbeef"}
    track = listenbrainz_submit.Track("Artist", "Song", "Album", info)
    assert client.listen(NOON, track).status == 200
    assert client.import_tracks([(NOON + 300, track), (NOON + 600, track)]).status == 200
    assert client.playing_now(track).status == 200
    take_in_listens(door.settings)
    assert stored(door.settings) == [("anna", "Song", "deadbeef")] * 3


def test_a_listen_comes_in_as_a_file_of_listenbrainz_does(door: Server, tmp_path: Any) -> None:
    door.submit(listen(1), listen(2))
    door.submit(listen(3), token=door.anna)
    assert waiting(door.settings)[0].path.stat().st_mode & 0o077 == 0
    done = take_in(Job(door.settings, lambda _: None))
    assert done.detail == "anna: 1 of 1 listens new; me: 2 of 2 listens new"
    assert not waiting(door.settings)
    assert stored(door.settings) == [
        ("me", "Song 1", "navidrome"),
        ("me", "Song 2", "navidrome"),
        ("anna", "Song 3", "navidrome"),
    ]
    # The same file by hand adds nothing, and nor does a player that sends it all once more.
    import json

    file = tmp_path / "listens.jsonl"
    file.write_text("".join(f"{json.dumps(listen(number))}\n" for number in (1, 2)))
    assert import_scrobbles(door.settings, [file]).total.kept == 0
    door.submit(listen(2), listen(2), listen(4))
    assert take_in(Job(door.settings, lambda _: None)).detail == "me: 1 of 3 listens new"
    assert len(stored(door.settings)) == 4


def test_only_what_is_read_is_kept(door: Server) -> None:
    info = {
        "submission_client": "navidrome",
        "duration": 200,
        "isrc": ["no text"],
        "origin_url": "https://example.org/my/private/address",
        "file_path": "/home/anna/secret",
        "tags": ["x"],
    }
    assert door.submit(listen(1, additional_info=info)).status == 200
    (kept,) = door.waiting()
    assert kept["track_metadata"]["additional_info"] == {"submission_client": "navidrome", "duration": 200}


def test_it_is_taken_while_the_warehouse_is_held_and_stored_afterwards(door: Server) -> None:
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(1, flush=True); input()"
    command = [sys.executable, "-c", hold, str(door.settings.database_path)]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout is not None
    holder.stdout.readline()
    try:
        assert door.submit(listen(1)).status == 200
        done = take_in(Job(door.settings, lambda _: None))
        assert done.is_idle
        assert done.detail == "1 listens wait on in the inbox, the warehouse is held"
        assert len(door.waiting()) == 1
    finally:
        holder.communicate(b"\n")
    assert take_in(Job(door.settings, lambda _: None)).detail == "me: 1 of 1 listens new"


def test_a_damaged_batch_stops_no_other(door: Server) -> None:
    for number in range(4):
        door.submit(listen(number))
    first, second, third, _ = waiting(door.settings)
    first.path.write_bytes(first.path.read_bytes()[:-30])
    # Another name, as nobody reads the head of a file twice.
    beheaded = second.path.with_name(second.path.name[:-10] + "0000.jsonl")
    second.path.unlink()
    beheaded.write_bytes(b"\x00\xff\n")
    third.path.write_text('{"listener_id": "me", "listens": 2}\n{"listened_at": 1}\n')
    done = take_in(Job(door.settings, lambda _: None))
    assert done.detail == "me: 1 of 1 listens new"
    assert stored(door.settings, "track_name") == [("Song 3",)]
    aside = sorted(path.suffix for path in door.settings.inbox_dir.iterdir())
    assert aside == [".unreadable"] * 3
    assert not waiting(door.settings)


def test_whose_listener_is_gone_waits_and_is_named(door: Server) -> None:
    door.submit(listen(1), token=door.anna)
    door.submit(listen(2))
    with open_warehouse(door.settings) as db:
        db.execute("delete from raw.listeners where listener_id = 'anna'")
    done = take_in(Job(door.settings, lambda _: None))
    assert done.is_partial
    assert "anna: 1 listens wait on: There is no listener 'anna'" in done.detail
    assert "me: 1 of 1 listens new" in done.detail
    assert len(door.waiting()) == 1


def test_tokens_are_digests_in_a_private_file_and_end_at_once(door: Server) -> None:
    path = tokens_path(door.settings)
    assert path.stat().st_mode & 0o077 == 0
    assert door.me not in path.read_text()
    assert door.ask("/1/validate-token").json == {
        "code": 200,
        "message": "Token valid.",
        "valid": True,
        "user_name": "me",
    }
    remove_token(door.settings, next(one.ident for one in read_tokens(door.settings) if one.note == "phone"))
    assert door.submit(listen(1)).status == 401
    assert door.ask("/1/validate-token").json["valid"] is False
    assert not door.waiting()
    made, plain = add_token(door.settings, "me")
    assert door.submit(listen(1), token=plain).status == 200
    for file in door.settings.home.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert not any(token.encode() in content for token in (door.me, door.anna, plain)), file
    assert made.ident in {token.ident for token in read_tokens(door.settings)}


def test_forgetting_and_renaming_take_tokens_and_waiting_listens_along(door: Server, tmp_path: Any) -> None:
    door.submit(listen(1))
    door.submit(listen(2), token=door.anna)
    take_out(door.settings, tmp_path / "anna.zip", listener_id="anna")
    import zipfile

    with zipfile.ZipFile(tmp_path / "anna.zip") as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist() if "waiting/" in name)
    assert b"Song 2" in everything
    assert b"Song 1" not in everything
    rename_listener(door.settings, "anna", "bea")
    assert door.submit(listen(3), token=door.anna).status == 200
    assert {batch.listener_id for batch in waiting(door.settings)} == {"me", "bea"}
    forgotten = forget_listener(door.settings, "bea")
    assert "1 tokens of players" in forgotten.files
    assert door.submit(listen(4), token=door.anna).status == 401
    assert [one["track_metadata"]["track_name"] for one in door.waiting()] == ["Song 1"]
    assert [token.listener_id for token in read_tokens(door.settings)] == ["me"]


def test_what_plays_is_shown_until_it_must_have_ended_and_never_stored(door: Server) -> None:
    from spotiflow.web.serving.players import Players

    track = listen(1)["track_metadata"]
    players = Players(door.settings)
    token = players.of(door.me)
    assert token is not None
    players.plays(token, {"track_metadata": track | {"additional_info": {"duration_ms": 300}}})
    assert [one.track_name for one in players.live().playing] == ["Song 1"]
    before = players.live().state
    time.sleep(0.4)
    assert not players.live().playing
    assert players.live().state != before
    assert door.submit({"track_metadata": track}, kind="playing_now").status == 200
    assert not door.waiting()
