"""What is refused, each with its status and in the shape of ListenBrainz, and that nothing of it is kept."""

from __future__ import annotations

import json
import resource
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from spotiflow.core.errors import InputError
from spotiflow.ingest.submissions.payload import read_submission
from spotiflow.ingest.submissions.tokens import add_token
from spotiflow.web.serving.rate import REQUESTS
from tests.web.door.conftest import NOON, Server, listen

GOOD = listen(1)
NOTHINGS: tuple[Any, ...] = (None, "", "   ", 0, 1.5, True, [], ["x"], {}, {"a": 1})


def track(**changes: Any) -> dict[str, Any]:
    return {**GOOD, "track_metadata": {**GOOD["track_metadata"], **changes}}


def body(kind: Any, payload: Any, **more: Any) -> bytes:
    return json.dumps({"listen_type": kind, "payload": payload, **more}).encode()


def no_json() -> Iterator[bytes]:
    whole = body("single", [GOOD])
    yield from (b"", b"null", b"[]", b'"text"', b"12", b"{", b"{}", b"\xff\xfe{}", b"\x00" * 10, b"<xml/>")
    yield from (whole[:cut] for cut in range(1, len(whole), len(whole) // 20))
    yield from (whole.replace(b"Song 1", raw) for raw in (b"\xc3\x28", b"\xed\xa0\x80", b"a\nb\x01"))
    yield from (
        whole.replace(str(GOOD["listened_at"]).encode(), raw) for raw in (b"NaN", b"Infinity", b"1e999")
    )
    yield b'{"payload": ' + b"[" * 100_000
    yield b"[" * 10_000 + b"]" * 10_000
    yield whole.replace(str(GOOD["listened_at"]).encode(), b"9" * 5000)


def no_request() -> Iterator[bytes]:
    yield from (body(kind, [GOOD]) for kind in (*NOTHINGS, "Single", "imports", "playing-now", "x" * 10_000))
    yield from (body("import", payload) for payload in (*NOTHINGS, [[]], [None], [1], ["listen"], [[GOOD]]))
    yield body("single", [GOOD, listen(2)])
    yield body("playing_now", [{"track_metadata": GOOD["track_metadata"]}] * 2)
    yield body("playing_now", [GOOD])
    yield body("import", [listen(number) for number in range(1001)])
    yield json.dumps({"payload": [GOOD]}).encode()
    yield json.dumps({"listen_type": "single"}).encode()


def no_listen() -> Iterator[dict[str, Any]]:
    yield from ({**GOOD, "track_metadata": value} for value in NOTHINGS)
    yield {"listened_at": NOON}
    yield {"track_metadata": GOOD["track_metadata"]}
    times: tuple[Any, ...] = (
        None,
        "",
        "noon",
        True,
        [],
        {},
        "2026-01-01",
        -1,
        0,
        1,
        946_684_800,
        1_009_843_199,
        4_102_444_800,
    )
    yield from ({**GOOD, "listened_at": value} for value in (*times, 10**18, 10**30, NOON * 1000, "1e9"))
    yield {**GOOD, "listened_at": int(time.time()) + 3 * 86_400}
    for key in ("artist_name", "track_name"):
        yield from (track(**{key: value}) for value in NOTHINGS)
        yield from (track(**{key: value}) for value in ("a\x00b", "a\x1bb", "\ud800", "x\uffff", "y" * 2001))
    yield from (track(release_name=value) for value in (1, ["x"], {"a": 1}, "a\x00", "z" * 2001))
    yield from (track(additional_info=value) for value in ("text", 1, ["x"]))
    yield track(additional_info={"tags": ["t" * 50] * 300})
    yield {**GOOD, "notes": "n" * 10_240}
    nested: Any = "x"
    for _ in range(200):
        nested = {"deeper": [nested] * 1}
    yield track(additional_info={"deep": nested, "pad": "p" * 10_000})


BAD = [
    *no_json(),
    *no_request(),
    *(body("import", [listen(2), one, listen(3)]) for one in no_listen()),
    *(body("single", [one]) for one in no_listen()),
]


def test_two_hundred_bad_requests_are_each_a_sentence(door: Server) -> None:
    assert len(BAD) >= 200
    answers = []
    # Each with tokens of its own: nobody may send so many so fast.
    tokens = [add_token(door.settings, "me")[1] for _ in range(len(BAD) // 60 + 1)]
    for number, one in enumerate(BAD):
        answer = door.ask("/1/submit-listens", one, token=tokens[number // 60])
        assert answer.status == 400, (one[:200], answer)
        assert set(answer.json) == {"code", "error"}
        assert answer.json["code"] == 400
        assert 10 < len(answer.json["error"]) < 300, one[:200]
        assert answer.headers["x-ratelimit-limit"] == str(REQUESTS)
        answers.append(answer.json["error"])
    assert not list(door.settings.inbox_dir.iterdir())
    assert len(set(answers)) > 15
    assert door.submit(GOOD).status == 200


@pytest.mark.parametrize(
    "value", ["Ünï çødé", "\u202eright to left", "a\tb", "💿", "<script>", "'; drop table x"]
)
def test_names_of_every_kind_are_names(value: str) -> None:
    found = read_submission(body("single", [track(track_name=value)]))
    assert found.listens[0]["track_metadata"]["track_name"] == value


def test_times_may_be_text_and_are_kept_to_the_second() -> None:
    found = read_submission(
        body("import", [{**GOOD, "listened_at": str(NOON)}, {**GOOD, "listened_at": NOON + 0.7}])
    )
    assert [one["listened_at"] for one in found.listens] == [NOON, NOON]
    with pytest.raises(InputError, match="2002"):
        read_submission(body("single", [{**GOOD, "listened_at": 1_009_843_199}]))
    assert read_submission(body("single", [{**GOOD, "listened_at": 1_009_843_200}])).kind == "single"


def test_who_has_no_token_is_refused_and_may_not_guess_for_long(door: Server) -> None:
    for token in ("", "wrong", "x" * 8000, "\xe9", f"{door.me}x"):
        headers = {"Authorization": f"Token {token}"} if token else {}
        answer = door.ask("/1/submit-listens", body("single", [GOOD]), token="", headers=headers)
        assert (answer.status, answer.json["code"]) == (401, 401)
    # What was right before the space, or behind it, does not count.
    for value in (door.me, f"Basic {door.me}", f"Token{door.me}", "Token "):
        assert door.ask("/1/user/me/listens", token="", headers={"Authorization": value}).status == 401
    statuses = [door.ask("/1/validate-token", token="wrong").status for _ in range(REQUESTS)]
    assert statuses[0] == 200
    assert statuses[-1] == 429
    # That is nobody's fault who has a token.
    assert door.ask("/1/validate-token").json["valid"] is True
    assert door.ask("/1/validate-token", token="").status == 400
    assert not door.waiting()


def test_more_than_a_hundred_requests_a_minute_wait(door: Server) -> None:
    answers = [door.submit(listen(number)) for number in range(REQUESTS + 1)]
    assert [answer.status for answer in answers] == [200] * REQUESTS + [429]
    assert [
        int(answers[0].headers["x-ratelimit-remaining"]),
        int(answers[-2].headers["x-ratelimit-remaining"]),
    ] == [
        REQUESTS - 1,
        0,
    ]
    last = answers[-1].headers
    assert 1 <= int(last["retry-after"]) <= 60
    assert last["x-ratelimit-reset-in"] == last["retry-after"]
    assert abs(int(last["x-ratelimit-reset"]) - time.time() - int(last["retry-after"])) < 3
    assert door.submit(listen(500), token=door.anna).status == 200
    assert len(door.waiting()) == REQUESTS + 1


def test_what_is_too_large_is_refused_before_it_is_read(door: Server) -> None:
    answer = door.ask("/1/submit-listens", b"x" * 10_240_001)
    assert (answer.status, answer.json["code"]) == (413, 413)
    with socket.create_connection(("127.0.0.1", door.port), timeout=30) as sock:
        head = f"POST /1/submit-listens HTTP/1.1\r\nHost: x\r\nAuthorization: Token {door.me}\r\n"
        sock.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        try:
            for _ in range(900):
                sock.sendall(b"10000\r\n" + b" " * 65_536 + b"\r\n")
        except OSError:
            pass
        else:
            assert b" 413 " in sock.recv(1000)
    answer = door.ask("/1/validate-token", headers={"X-Long": "y" * 17_000})
    assert answer.status in (400, 431)
    most = [listen(number) for number in range(1000)]
    assert door.submit(*most).status == 200
    assert len(door.waiting()) == 1000


def test_everything_else_is_not_found_in_the_same_shape(door: Server) -> None:
    for path in (
        "/1/stats/user/me/artists",
        "/1/",
        "/1/user/anna/listens",
        "/1/user/nobody/listen-count",
        "/1/x/../y",
    ):
        answer = door.ask(path)
        assert (answer.status, set(answer.json), answer.json["code"]) == (404, {"code", "error"}, 404)
    for path, method in (
        ("/1/submit-listens", "GET"),
        ("/1/validate-token", "DELETE"),
        ("/1/user/me/listens", "PUT"),
    ):
        answer = door.ask(path, method=method)
        assert (answer.status, answer.json["code"]) == (405, 405)
    for asked in ("count=x", "count=-1", "min_ts=1e9", "max_ts=99999999999999", "count=%00"):
        assert door.ask(f"/1/user/me/listens?{asked}").status == 400
    assert door.ask("/1/user/me/listens?count=0").json["payload"]["count"] == 0
    assert door.ask("/1/user/me/listen-count").json == {"payload": {"count": 0}}


def test_players_ask_under_any_name_and_pages_answer_under_none(door: Server) -> None:
    """The rules of a browser are those of the pages; a player shows a token instead."""
    foreign = {"Host": "music.example.org", "Origin": "https://example.org", "Sec-Fetch-Site": "cross-site"}
    assert door.ask("/1/validate-token", headers=foreign).json["valid"] is True
    for path in ("/", "/now", "/state", "/1", "/1/../", "//1/validate-token"):
        answer = door.ask(path, headers=foreign)
        assert answer.status in (403, 404, 421), path
        assert "me" not in answer.text.split()
    # A token of a player opens no page, not even here.
    assert door.ask("/").status == 403
    assert door.ask(f"/?token={door.me}").status == 403
    answer = door.ask("/1/submit-listens", method="OPTIONS", headers=foreign)
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


def test_without_a_token_there_is_no_door(door: Server) -> None:
    (door.settings.home / "player-tokens.json").write_text("[]")
    assert door.ask("/1/validate-token").status in (403, 421)
    assert door.submit(GOOD).status in (403, 405, 421)
    (door.settings.home / "player-tokens.json").write_text("{ damaged")
    assert door.submit(GOOD).status in (403, 405, 421)
    assert not door.waiting()


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process can grow, which looks like a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_a_sentence_and_nothing_is_half_stored(door: Server) -> None:
    door.submit(listen(1))
    with full_disk():
        answer = door.submit(listen(2), listen(3))
    assert (answer.status, answer.json["code"]) == (503, 503)
    assert "full" in answer.json["error"]
    assert answer.headers["retry-after"] == "60"
    assert len(door.waiting()) == 1
    assert not list(door.settings.home.glob(".listens-*"))
    assert door.submit(listen(2), listen(3)).status == 200
    assert len(door.waiting()) == 3


def test_who_sends_slowly_or_nothing_is_let_go_and_keeps_nobody_out(
    door: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spotiflow.web.serving.door.BODY_SECONDS", 0.5)
    monkeypatch.setattr("spotiflow.web.serving.connections.FIRST_SECONDS", 0.5)
    silent = [socket.create_connection(("127.0.0.1", door.port), timeout=10) for _ in range(200)]
    slow = socket.create_connection(("127.0.0.1", door.port), timeout=10)
    head = f"POST /1/submit-listens HTTP/1.1\r\nHost: x\r\nAuthorization: Token {door.me}\r\n"
    slow.sendall(f'{head}Content-Length: 500\r\n\r\n{{"listen_type"'.encode())
    assert door.submit(listen(1)).status == 200
    assert b" 408 " in slow.recv(1000)
    assert all(sock.recv(10) == b"" for sock in silent)
    for sock in (*silent, slow):
        sock.close()
    assert len(door.waiting()) == 1


def test_many_at_once_are_all_stored(door: Server) -> None:
    statuses: list[int] = []

    def send(first: int) -> None:
        statuses.extend(door.submit(listen(number)).status for number in range(first, first + 4))

    threads = [threading.Thread(target=send, args=(first,)) for first in range(0, 80, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 80
    assert sorted(one["listened_at"] for one in door.waiting()) == [
        listen(n)["listened_at"] for n in range(80)
    ]
