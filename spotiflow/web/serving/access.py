"""Who may ask the server for what: this machine's browser, by the address it was opened with.

Other accounts of the machine reach the port too, and other web sites try to through the browser. So: only our
own host names, no request that another site started, a cookie that only the opened address gives.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from spotiflow.core.files import write_private
from spotiflow.core.settings import Settings
from spotiflow.web.render import render

LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]")
TOKEN_FILE = "dashboard-token"  # noqa: S105 (the name of the file)
COOKIE_SECONDS = 30 * 86400
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data: blob:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
STATIC = "/static/"


def new_address(settings: Settings, port: int) -> str:
    """Return an address that opens the dashboard once; whoever can read the home can make one.

    Raises OSError.
    """
    token = secrets.token_urlsafe(32)
    write_private(settings.home / TOKEN_FILE, token)
    return f"http://127.0.0.1:{port}/?token={token}"


def sentence(status: int, title: str, message: str, hint: str = "", again: int = 0) -> Response:
    """Return a page of one sentence."""
    text = render("sentence.html", title=title, message=message, hint=hint, again=again)
    return Response(text, status, media_type="text/html")


class Guard:
    """Refuses what no page of ours asks, and puts the same headers on every answer."""

    def __init__(self, app: ASGIApp, settings: Settings, port: int, hosts: Iterable[str] = ()) -> None:
        """`hosts` are names besides this machine's own under which the server may be reached."""
        self._app = app
        self._settings = settings
        self._hosts = {name for one in (*LOCAL_NAMES, *hosts) for name in (one, f"{one}:{port}")}
        self._cookie = f"spotiflow-{port}"
        self._key = secrets.token_urlsafe(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or hand on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = HEADERS | {"cache-control": _caching(scope["path"], message["status"])}
                message["headers"] = [
                    *message["headers"],
                    *((k.encode(), v.encode()) for k, v in added.items()),
                ]
            await send(message)

        answer = self._refusal(scope) or self.app_of(scope)
        await answer(scope, receive, send_with_headers)

    def app_of(self, scope: Scope) -> ASGIApp:
        """Return what answers a request that is not refused: the pages, or the cookie for a new browser."""
        return self._admission(scope) or self._app

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if headers.get("host", "") not in self._hosts:
            return sentence(421, "Not here", "This server answers under its own address only.")
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return sentence(403, "Refused", "Another web site asked for this page, not you.")
        if scope["method"] not in ("GET", "HEAD"):
            refused = sentence(405, "Refused", "Pages can be read, nothing can be sent to them.")
            refused.headers["allow"] = "GET, HEAD"
            return refused
        return None

    def _admission(self, scope: Scope) -> Response | None:
        path = scope["path"]
        if path.startswith(STATIC):
            return None
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = next((value for name, value in query if name == "token"), None)
        if given is not None and self._is_new(given):
            rest = urlencode([(name, value) for name, value in query if name != "token"])
            answer = RedirectResponse(f"{path}?{rest}" if rest else path, 303)
            answer.set_cookie(self._cookie, self._key, COOKIE_SECONDS, httponly=True, samesite="strict")
            return answer
        if self._has_cookie(scope):
            return None
        return sentence(
            403,
            "Who is asking?",
            "This browser has not been let in: the address that opens the dashboard works once.",
            "Get a new one where the server runs: spotiflow dashboard",
        )

    def _has_cookie(self, scope: Scope) -> bool:
        given = Headers(scope=scope).get("cookie", "")
        pairs = (part.strip().partition("=") for part in given.split(";"))
        return any(name == self._cookie and _same(value, self._key) for name, _, value in pairs)

    def _is_new(self, given: str) -> bool:
        """Whether it is the token of the address made last, which is used up with this."""
        path = self._settings.home / TOKEN_FILE
        try:
            known = path.read_text(encoding="utf-8")
        except OSError:
            return False
        if not known or not _same(given, known):
            return False
        path.unlink(missing_ok=True)
        return True


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), known.encode())


def _caching(path: str, status: int) -> str:
    return "private, max-age=86400" if path.startswith(STATIC) and status == 200 else "no-store"
