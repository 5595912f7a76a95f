"""The part of the ListenBrainz API with which players submit what they play.

Players are no browsers: they ask under any name of this machine, from any page or none, and show a token. So
the rules of the pages do not hold here, and nothing of the pages can be reached this way.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from spotiflow.core.console import log
from spotiflow.core.disk_errors import unwritable
from spotiflow.core.errors import InputError
from spotiflow.core.settings import Settings
from spotiflow.ingest.submissions.payload import MOST_BODY_BYTES, PLAYING_NOW, Submission, read_submission
from spotiflow.ingest.submissions.tokens import Token
from spotiflow.web.serving.answers import Answers
from spotiflow.web.serving.group_commit import GroupCommit
from spotiflow.web.serving.players import Players
from spotiflow.web.serving.rate import Rate
from spotiflow.web.serving.snapshot import Keeper

PREFIX = "/1/"
# A phone with a bad line sends 10 kB within this; who sends slower holds a connection for nothing.
BODY_SECONDS = 20.0
LARGE_BYTES = 256 * 1024
# Large bodies are read a few at a time: 10 MB each, and several times that when they are parsed.
LARGE_AT_ONCE = 4
# A body of so many times what may come is not listened to any longer.
PATIENCE = 4
MOST_HEADER_BYTES = 16 * 1024
HEADERS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    # A browser extension asks from a page of its own. What it may do hangs on the token, never on a cookie.
    "access-control-allow-origin": "*",
    "access-control-allow-headers": "Authorization, Content-Type",
    "access-control-allow-methods": "GET, POST",
    "access-control-expose-headers": "X-RateLimit-Remaining, X-RateLimit-Reset-In, Retry-After",
}
Handler = Callable[[Request, Token], Awaitable[Response]]


class RefusalError(Exception):
    """An answer that ends a request: status and sentence, in the shape of ListenBrainz."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        """Keep what is to be answered."""
        super().__init__(message)
        self.status, self.message, self.headers = status, message, headers or {}


class Door:
    """Answers what begins with /1/ while any player has a token, and hands everything else to the pages."""

    def __init__(self, pages: ASGIApp, keeper: Keeper, players: Players) -> None:
        """Prepare the routes; the inbox is written by a thread of its own, from the first request on."""
        self._pages, self._players, self._rate = pages, players, Rate()
        self._settings: Settings = keeper.settings
        self._answers = Answers(keeper)
        self._commit: GroupCommit | None = None
        self._large = asyncio.Semaphore(LARGE_AT_ONCE)
        routes = [
            Route("/1/validate-token", self._validate, methods=["GET"]),
            Route("/1/submit-listens", self._known(self._submit), methods=["POST"]),
            Route("/1/user/{name}/listen-count", self._known(self._count), methods=["GET"]),
            Route("/1/user/{name}/listens", self._known(self._listens), methods=["GET"]),
        ]
        handlers: Mapping[Any, Any] = {
            HTTPException: _no_such,
            RefusalError: _refused,
            Exception: _unexpected,
        }
        self._api = Starlette(routes=routes, exception_handlers=handlers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or hand on."""
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX) or not self._players.is_any:
            await self._pages(scope, receive, send)
        elif scope["method"] == "OPTIONS":
            await Response(status_code=204, headers=HEADERS)(scope, receive, send)
        elif sum(len(name) + len(value) for name, value in scope["headers"]) > MOST_HEADER_BYTES:
            await _answer(431, "The headers of this request are too large.")(scope, receive, send)
        else:
            await self._api(scope, receive, send)

    def close(self) -> None:
        """Write what was handed over."""
        if self._commit is not None:
            self._commit.close()

    def _known(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        """Return a handler that only somebody with a token reaches, so often and no oftener."""

        async def answer(request: Request) -> Response:
            token = self._token(request)
            if token is None:
                self._refuse_stranger(request)
                raise RefusalError(401, "Invalid authorization token.")
            allowance = self._rate.take(token.sha256)
            if allowance.is_over:
                raise RefusalError(429, "You have exceeded your rate limit.", allowance.headers())
            try:
                answer = await handler(request, token)
            except RefusalError as refusal:
                raise RefusalError(
                    refusal.status, refusal.message, {**allowance.headers(), **refusal.headers}
                ) from refusal
            answer.headers.update(allowance.headers())
            return answer

        return answer

    def _refuse_stranger(self, request: Request) -> None:
        """Raise RefusalError where an address guesses tokens too often."""
        allowance = self._rate.take(f"from {request.client.host if request.client else ''}")
        if allowance.is_over:
            raise RefusalError(429, "You have exceeded your rate limit.", allowance.headers())

    def _token(self, request: Request) -> Token | None:
        kind, _, value = request.headers.get("authorization", "").partition(" ")
        return self._players.of(value.strip()) if kind.lower() in ("token", "bearer") and value else None

    async def _validate(self, request: Request) -> Response:
        if not request.headers.get("authorization"):
            raise RefusalError(400, "You need to provide an Authorization token.")
        token = self._token(request)
        if token is None:
            self._refuse_stranger(request)
            found: dict[str, Any] = {"code": 200, "message": "Token invalid.", "valid": False}
            return JSONResponse(found, headers=HEADERS)
        found = {"code": 200, "message": "Token valid.", "valid": True, "user_name": token.listener_id}
        return JSONResponse(found, headers={**HEADERS, **self._rate.take(token.sha256).headers()})

    async def _submit(self, request: Request, token: Token) -> Response:
        async with self._room_for(request):
            submission = await self._read(request)
        if submission.kind == PLAYING_NOW:
            self._players.plays(token, submission.listens[0])
        else:
            await self._store(token, submission)
        return JSONResponse({"status": "ok"}, headers=HEADERS)

    @asynccontextmanager
    async def _room_for(self, request: Request) -> AsyncIterator[None]:
        """Wait for room where a body is large or does not say how large it is."""
        told = request.headers.get("content-length", "")
        if told.isdecimal() and int(told) <= LARGE_BYTES:
            yield
            return
        async with self._large:
            yield

    async def _read(self, request: Request) -> Submission:
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _body(request)
        except TimeoutError:
            raise RefusalError(
                408, f"The request was not complete after {BODY_SECONDS:.0f} s.", {"connection": "close"}
            ) from None
        except ClientDisconnect:
            raise RefusalError(400, "The request broke off.") from None
        try:
            if len(body) <= LARGE_BYTES:
                return read_submission(body)
            return await run_in_threadpool(read_submission, body)
        except InputError as error:
            raise RefusalError(400, error.message) from None

    async def _store(self, token: Token, submission: Submission) -> None:
        """Return when the disk has it. Raises RefusalError where it cannot be written; nothing of it is there then."""
        if self._commit is None:
            self._commit = GroupCommit(self._settings)
        try:
            await asyncio.wrap_future(self._commit.put(token.listener_id, submission.listens))
        except OSError as error:
            words = unwritable(error, self._settings.inbox_dir)
            log.error("listens could not be stored: %s", words.message)
            raise RefusalError(503, f"{words.message} Nothing was stored.", {"retry-after": "60"}) from None

    async def _count(self, request: Request, token: Token) -> Response:
        name = _own_name(request, token)
        found = await run_in_threadpool(self._answers.count, name)
        return JSONResponse({"payload": {"count": found}}, headers=HEADERS)

    async def _listens(self, request: Request, token: Token) -> Response:
        name = _own_name(request, token)
        asked = {key: _whole(request, key) for key in ("count", "min_ts", "max_ts")}
        found = await run_in_threadpool(self._answers.listens, name, asked)
        return JSONResponse({"payload": found}, headers=HEADERS)


async def _body(request: Request) -> bytes:
    """Return the body, as far as it may go. Raises RefusalError for more.

    What is too much is read on for a while, and dropped: a client that still sends hears no answer.
    """
    found, size = bytearray(), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= MOST_BODY_BYTES:
            found += chunk
        elif size > PATIENCE * MOST_BODY_BYTES:
            break
    if size > MOST_BODY_BYTES:
        words = f"Payload too large: at most {MOST_BODY_BYTES:,} bytes."
        raise RefusalError(413, words, {"connection": "close"})
    return bytes(found)


def _own_name(request: Request, token: Token) -> str:
    """Return whose listens are asked for. Raises RefusalError for those of others: here they are not public."""
    if request.path_params["name"] != token.listener_id:
        raise RefusalError(404, "Cannot find this user, or the token is of somebody else.")
    return token.listener_id


def _whole(request: Request, key: str) -> int | None:
    text = request.query_params.get(key)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 12):
        raise RefusalError(400, f"{key} is a whole number, such as 25.")
    return int(text)


def _answer(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse({"code": status, "error": message}, status, headers={**HEADERS, **(headers or {})})


def _no_such(_: Request, error: HTTPException) -> Response:
    words = {404: "The requested URL was not found on the server.", 405: "Method not allowed."}
    return _answer(error.status_code, words.get(error.status_code, error.detail), error.headers)


def _refused(_: Request, error: RefusalError) -> Response:
    return _answer(error.status, error.message, error.headers)


def _unexpected(_: Request, error: Exception) -> Response:
    log.error("unexpected error while a player submitted", exc_info=error)
    return _answer(500, "An unexpected error occurred; the log file in the home folder has the details.")
