"""The stored login: one private file per listener, written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from spotipy.cache_handler import CacheHandler

from spotiflow.core.errors import HomeError, LoginNeededError, UsageError
from spotiflow.core.files import write_private
from spotiflow.core.json_text import parse_json
from spotiflow.core.setting_readers import LISTENER_NAME
from spotiflow.core.settings import Settings
from spotiflow.warehouse.run_log import utc_now

# Spotify ends a login six months after the consent, however often it is refreshed.
LOGIN_MONTHS = 6
WARNING_MONTHS = 5
LOGIN_COMMAND = "spotiflow auth login"
LOGIN_HINT = f"Log in: {LOGIN_COMMAND}"


@dataclass(frozen=True)
class Login:
    """What is known of a login. `authorized_at` (UTC) is the consent; `token` is None once Spotify ended it.

    `scopes` are those the person granted, which may be fewer than asked for.
    """

    client_id: str
    authorized_at: datetime
    scopes: tuple[str, ...]
    token: dict[str, Any] | None
    account_id: str | None = None
    account_name: str | None = None

    @property
    def ends_at(self) -> datetime:
        """When Spotify will end the login, UTC."""
        return add_months(self.authorized_at, LOGIN_MONTHS)

    @property
    def days_left(self) -> int:
        """Whole days until the login ends; negative when it should have ended."""
        return (self.ends_at - utc_now()).days

    @property
    def warning(self) -> str | None:
        """A sentence from the fifth month on: without a new login polling stops, and plays are lost."""
        if utc_now() < add_months(self.authorized_at, WARNING_MONTHS):
            return None
        return (
            f"The login ends in {max(self.days_left, 0)} days ({self.ends_at:%Y-%m-%d}); "
            "renew it before: spotiflow auth login"
        )


def for_listener(hint: str, listener_id: str) -> str:
    """Return a hint whose login is this listener's: without the name it would be the default one's."""
    return hint.replace(LOGIN_COMMAND, f"{LOGIN_COMMAND} --listener {listener_id}")


@contextmanager
def hints_for(listener_id: str) -> Iterator[None]:
    """Let every LoginNeededError on its way out say whose login is needed."""
    try:
        yield
    except LoginNeededError as error:
        error.hint = for_listener(error.hint, listener_id)
        raise


def add_months(moment: datetime, months: int) -> datetime:
    """Return the same day of a later month, or that month's last day where it is shorter."""
    month = moment.month - 1 + months
    year, month = moment.year + month // 12, month % 12 + 1
    for day in (moment.day, 30, 29, 28):
        try:
            return moment.replace(year=year, month=month, day=day)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def token_path(settings: Settings, listener_id: str) -> Path:
    """Return where the login of a listener is kept, whoever is the default listener now.

    Raises UsageError for what cannot be the name of one, which could lead to another place.
    """
    if not LISTENER_NAME.fullmatch(listener_id):
        raise UsageError(
            f"'{listener_id}' cannot be a listener's name.", hint="See them all: spotiflow listener list."
        )
    return settings.home / f"token-{listener_id}.json"


class TokenStore(CacheHandler):  # type: ignore[misc]
    """Keeps one login on disk: 0600 in a 0700 folder, replaced atomically; spotipy saves through it."""

    def __init__(self, path: Path) -> None:
        """Point the store at its file, which need not exist."""
        self.path = path

    def load(self) -> Login | None:
        """Return the login, None where there is none. Raises LoginNeededError for a damaged file."""
        try:
            stored = parse_json(self.path.read_text(encoding="utf-8"))
            stored["authorized_at"] = datetime.fromisoformat(stored["authorized_at"])
            stored["scopes"] = tuple(stored["scopes"])
            return Login(**stored)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise HomeError(
                f"{self.path} cannot be read: {error.strerror}.", hint="Check its rights."
            ) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise LoginNeededError(f"The stored login {self.path} is damaged.", hint=LOGIN_HINT) from error

    def save(self, login: Login) -> None:
        """Replace the stored login. Raises HomeError when the folder cannot be written."""
        record = asdict(login) | {"authorized_at": login.authorized_at.isoformat()}
        folder = self.path.parent
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
            write_private(self.path, json.dumps(record, indent=1))
        except OSError as error:
            raise HomeError(
                f"{self.path} cannot be written: {error.strerror}.", hint="Check the rights of its folder."
            ) from error

    def end(self) -> None:
        """Forget the tokens, which Spotify does not take any more, but not which app and account it was."""
        login = self.load()
        if login:
            self.save(replace(login, token=None))

    def delete(self) -> bool:
        """Remove the file; return whether there was one. Raises HomeError where it cannot be removed."""
        existed = self.path.exists()
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise HomeError(
                f"{self.path} cannot be removed: {error.strerror}.", hint="Check the rights of its folder."
            ) from error
        return existed

    def get_cached_token(self) -> dict[str, Any] | None:
        """Return the token as spotipy knows it."""
        login = self.load()
        return login.token if login else None

    def save_token_to_cache(self, token_info: dict[str, Any]) -> None:
        """Store what a refresh brought; Spotify may leave out the refresh token and the scopes then."""
        login = self.load()
        if login is None or not isinstance(token_info.get("access_token"), str):
            return  # A logout came in between, or Spotify gave no token: what was there stays.
        kept = {key: value for key, value in token_info.items() if value is not None}
        self.save(replace(login, token=(login.token or {}) | kept))
