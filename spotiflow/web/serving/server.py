"""Runs the server: on this machine only unless told otherwise, one for a home, until Ctrl+C or SIGTERM."""

from __future__ import annotations

import ipaddress
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn

from spotiflow.core.errors import HomeError, InputError
from spotiflow.core.files import locked
from spotiflow.core.json_text import parse_json
from spotiflow.core.settings import Settings
from spotiflow.ingest.submissions.spool import sweep_drafts
from spotiflow.ingest.submissions.tokens import read_tokens
from spotiflow.warehouse.database import prepare_home
from spotiflow.web.serving.access import new_address
from spotiflow.web.serving.app import make_app
from spotiflow.web.serving.connections import PatientProtocol
from spotiflow.web.serving.snapshot import Keeper

LOCK = "dashboard.lock"
LOCAL = "127.0.0.1"
PORT = 8765
# More connections than any household has; the rest is told to come again.
MOST_CONNECTIONS = 400
IDLE_SECONDS = 15
GRACE_SECONDS = 10
BACKLOG = 512


@dataclass(frozen=True)
class Place:
    """Where the server listens. port: 0 for any free one. hosts: other names it is reached under."""

    host: str = LOCAL
    port: int = PORT
    hosts: tuple[str, ...] = ()


def running_port(settings: Settings) -> int | None:
    """Return the port of the dashboard that runs for this home, None where none does."""
    path = settings.home / LOCK
    if not path.exists():
        return None
    try:
        with locked(path, seconds=0):
            return None
    except BlockingIOError:
        try:
            return int(parse_json(path.read_text(encoding="utf-8"))["port"])
        except (ValueError, KeyError, TypeError):
            return None
    except OSError:
        return None


@contextmanager
def _server(
    settings: Settings, place: Place, listener: str
) -> Iterator[tuple[uvicorn.Server, socket.socket, int]]:
    """Yield a server that is ready to run, with its socket and port; nothing of it is left at the end."""
    prepare_home(settings)
    _require_token(settings, place)
    with listening(place) as sock, _held(settings, sock.getsockname()[1]) as port:
        sweep_drafts(settings)
        keeper = Keeper(settings)
        app = make_app(keeper, port, listener=listener, hosts=_names(place))
        config = uvicorn.Config(
            app,
            http=PatientProtocol,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            limit_concurrency=MOST_CONNECTIONS,
            timeout_keep_alive=IDLE_SECONDS,
            timeout_graceful_shutdown=3,
        )
        keeper.watch()
        try:
            yield uvicorn.Server(config), sock, port
        finally:
            app.close()
            keeper.close()


def serve(
    settings: Settings,
    place: Place,
    *,
    listener: str = "",
    on_start: Callable[[str], None] = lambda _: None,
) -> None:
    """Answer until the process is told to end; `on_start` is told an address that opens the dashboard.

    Raises InputError for a port in use or a host that needs a token, HomeError where the home cannot be written.
    """
    with _server(settings, place, listener) as (server, sock, port):
        on_start(new_address(settings, port))
        server.run(sockets=[sock])


@contextmanager
def serving(settings: Settings, place: Place, *, listener: str = "") -> Iterator[int]:
    """Answer in a thread while the caller does something else, and yield the port. Raises as `serve`."""
    with _server(settings, place, listener) as (server, sock, port):
        thread = threading.Thread(target=server.run, args=([sock],), name="dashboard", daemon=True)
        thread.start()
        try:
            yield port
        finally:
            server.should_exit = True
            thread.join(GRACE_SECONDS)


def is_open_to_others(host: str) -> bool:
    """Whether other machines reach a server on this address."""
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"


def _require_token(settings: Settings, place: Place) -> None:
    if is_open_to_others(place.host) and not read_tokens(settings):
        raise InputError(
            f"On {place.host} other machines reach the server, and there is nothing for them: no player has a token.",
            hint="Make one first: spotiflow dashboard token add LISTENER. Without --host only this machine is served.",
        )


def _names(place: Place) -> tuple[str, ...]:
    return place.hosts if place.host in (LOCAL, "0.0.0.0", "::") else (*place.hosts, place.host)  # noqa: S104 (only compared)


@contextmanager
def listening(place: Place) -> Iterator[socket.socket]:
    """Yield a socket on the place. Raises InputError for a port in use."""
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((place.host, place.port))
        except OSError as error:
            raise InputError(
                f"Port {place.port} of {place.host} cannot be used: {error.strerror}.",
                hint=f"Another program has it; choose another one: --port {place.port + 1}",
            ) from error
        # From here on a browser that comes before the server has begun waits for it.
        sock.listen(BACKLOG)
        yield sock


@contextmanager
def _held(settings: Settings, port: int) -> Iterator[int]:
    """Hold the home's lock and say in it which port is served."""
    try:
        with locked(settings.home / LOCK, seconds=0) as file:
            file.truncate(0)
            file.write(json.dumps({"port": port}))
            file.flush()
            yield port
    except BlockingIOError:
        raise InputError(
            f"A dashboard runs for {settings.home} already, on port {running_port(settings)}.",
            hint="Open it with: spotiflow dashboard",
        ) from None
    except OSError as error:
        raise HomeError(
            f"The home folder {settings.home} cannot be written: {error.strerror}.",
            hint="Set SPOTIFLOW_HOME to a folder that you may write to.",
        ) from error
