"""Settings and the places on disk: option > environment > config.toml > default."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from spotiflow.core import setting_readers
from spotiflow.core.errors import HomeError, InputError
from spotiflow.core.setting_readers import Source

# More threads than cores only wait for each other, and each takes memory.
MOST_THREADS = max(2, os.cpu_count() or 1)
MOST_CONFIG_BYTES = 1_000_000
# What DuckDB takes in the path of a file for something else.
NOT_IN_PATHS = re.compile(r"[?\\\x00-\x1f\x7f]")
SYNTHETIC_SCOPES = ("uncovered", "all")
# Names without prefix that users of the older pipeline have in their environment.
OTHER_NAMES = {"allow_synthetic": ("ALLOW_SYNTHETIC",), "spotify_client_id": ("SPOTIFY_CLIENT_ID",)}


@dataclass(frozen=True)
class Settings:
    """All settings of one run. Each field may stand in `config.toml` or in `SPOTIFLOW_<FIELD>`.

    home: folder that holds everything of this person.
    default_listener: whose history an import belongs to when no `--listener` is given.
    allow_synthetic: whether synthetic audio features may stand in where nothing was measured.
    include_web_api_content: whether models may learn from what Spotify's Web API gave, against its policy.
    use_predictions: whether predicted features may fill silver.track_features_completed.
    synthetic_scope: `uncovered` (only tracks no measured source covers) or `all`.
    keep_country: whether the country of each play is stored, which exports tell.
    min_play_seconds: shortest stream that counts as a play, seconds.
    min_play_share: share of its track that a stream must last as well, where that is known; 0 asks none.
    memory_limit: most memory DuckDB may take, as DuckDB writes it ("2GB").
    threads: threads of DuckDB and dbt; 0 means one per core.
    lock_wait_seconds: how long to wait for another process to let go of the warehouse.
    spotify_client_id: the Spotify app that polls; empty means the one of the last login.
    spotify_daily_calls: most calls to one kind of Spotify address in any 24 hours.
    spotify_timeout_seconds: how long to wait for one answer of Spotify.
    spotify_first_wait_seconds: pause after a failed call where Spotify names none; doubled each time.
    spotify_longest_wait_seconds: a longer wait than this ends the command instead of being slept.
    spotify_login_seconds: how long a login waits for the browser.
    spotify_redirect_uri: where on this machine Spotify sends the browser back, as your app has it.
    spotify_api_url, spotify_accounts_url: where Spotify is; another place can only be on this machine.
    reccobeats_url: where ReccoBeats is, which gives audio features when asked to; the same holds for it.
    reccobeats_pause_seconds: least time between two calls to it.
    sources: what every run looks at: paths, or tables of a path with the listener and time_zone it is for.
    poll_spotify: whether runs ask Spotify for new plays when somebody is logged in.
    retry_seconds: pause before a failed stage is tried again, where that can help; doubled each time.
    schedule_poll_minutes, schedule_build_hours, schedule_publish_hours: how often; 0 leaves it out.
    schedule_train_at: local time of the daily training, HH:MM; empty leaves it out.
    publish_postgres: where runs publish the tables: postgresql://HOST/DATABASE, or env for the PG* variables.
    publish_parquet, publish_delta, publish_csv: folders to publish to; empty leaves a target out.
    backups_kept: how many backups stay in the home; older ones are removed when a new one is complete.
    on_alert: a command for the shell, or the http address of a webhook, that is told of trouble once.
    """

    home: Path
    default_listener: str = "me"
    allow_synthetic: bool = True
    synthetic_scope: str = "uncovered"
    use_predictions: bool = False
    include_web_api_content: bool = False
    keep_country: bool = True
    min_play_seconds: int = 30
    min_play_share: float = 0.0
    memory_limit: str = "2GB"
    threads: int = 0
    lock_wait_seconds: float = 30.0
    spotify_client_id: str = ""
    spotify_daily_calls: int = 400
    spotify_timeout_seconds: float = 10.0
    spotify_first_wait_seconds: float = 1.0
    spotify_longest_wait_seconds: float = 60.0
    spotify_login_seconds: float = 180.0
    spotify_redirect_uri: str = "http://127.0.0.1:8888/callback"
    spotify_api_url: str = "https://api.spotify.com"
    spotify_accounts_url: str = "https://accounts.spotify.com"
    reccobeats_url: str = "https://api.reccobeats.com"
    reccobeats_pause_seconds: float = 1.0
    sources: tuple[Source, ...] = ()
    poll_spotify: bool = True
    retry_seconds: float = 5.0
    schedule_poll_minutes: float = 30.0
    schedule_build_hours: float = 6.0
    schedule_train_at: str = "00:00"
    schedule_publish_hours: float = 12.0
    publish_postgres: str = ""
    publish_parquet: str = ""
    publish_delta: str = ""
    publish_csv: str = ""
    backups_kept: int = 5
    on_alert: str = ""

    @property
    def database_path(self) -> Path:
        """The warehouse: one DuckDB file."""
        return self.home / "spotiflow.duckdb"

    @property
    def config_path(self) -> Path:
        """Settings a person wrote down."""
        return self.home / "config.toml"

    @property
    def models_dir(self) -> Path:
        """Trained models and their cards."""
        return self.home / "models"

    @property
    def inbox_dir(self) -> Path:
        """Files that wait for the next run."""
        return self.home / "inbox"

    @property
    def logs_dir(self) -> Path:
        """Log files of spotiflow and dbt."""
        return self.home / "logs"

    @property
    def target_dir(self) -> Path:
        """What dbt compiles: manifest, run results, docs."""
        return self.home / "target"

    @property
    def backups_dir(self) -> Path:
        """Checked copies of the warehouse, settings, models and inbox, each in a folder of its own."""
        return self.home / "backups"

    @property
    def temp_dir(self) -> Path:
        """Where archives are unpacked for the time of one import; 0700, since exports hold IP addresses."""
        return self.home / "scratch"


def load_settings(home: Path | None = None, **options: Any) -> Settings:
    """Settle every setting: `options` that are not None, then environment, `config.toml`, default.

    Raises InputError for a value that cannot be read or a key that does not exist, HomeError for a home whose
    name DuckDB cannot open.
    """
    environment = os.environ
    place = home or Path(environment.get("SPOTIFLOW_HOME") or Path.home() / ".spotiflow")
    place = place.expanduser().absolute()
    _require_usable(place)
    chosen: dict[str, Any] = _from_file(place / "config.toml")
    chosen |= _from_environment(environment)
    chosen |= {key: _read(key, value, "an option") for key, value in options.items() if value is not None}
    return _checked(Settings(home=place, **chosen))


def _require_usable(home: Path) -> None:
    found = NOT_IN_PATHS.search(str(home))
    if not _is_text(str(home)):
        raise HomeError(
            f"The home folder {str(home).encode('utf-8', 'replace').decode()} has bytes in its path that are no "
            "UTF-8 text, which DuckDB cannot open.",
            hint="Rename that folder, or set SPOTIFLOW_HOME to another one.",
        )
    if found:
        raise HomeError(
            f"The home folder {home} has {found[0]!r} in its path, which DuckDB cannot open.",
            hint="Rename that folder, or set SPOTIFLOW_HOME to another one.",
        )


def _is_text(words: str) -> bool:
    try:
        words.encode()
    except UnicodeEncodeError:
        return False
    return True


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in _READERS:
        for variable in (f"SPOTIFLOW_{name.upper()}", *OTHER_NAMES.get(name, ())):
            if environment.get(variable):
                found[name] = _read(name, environment[variable], f"environment variable {variable}")
                break
    return found


def _from_file(path: Path) -> dict[str, Any]:
    try:
        # Editors on Windows put a mark in front of the text.
        table = tomllib.loads(_content(path).decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        why = "nested too deep" if isinstance(error, RecursionError) else error
        raise InputError(f"{path} is not valid TOML: {why}.", hint="Correct or remove that file.") from error
    for key in table:
        if key not in _READERS:
            known = ", ".join(sorted(_READERS))
            raise InputError(f"{path} sets '{key}', which does not exist.", hint=f"Settings are: {known}.")
    return {key: _read(key, value, str(path)) for key, value in table.items()}


def _content(path: Path) -> bytes:
    """Return what is in `config.toml`, nothing where there is none."""
    try:
        if path.is_fifo():
            raise InputError(f"{path} is a pipe; expected a file.", hint="Remove it.")
        with path.open("rb") as file:
            content = file.read(MOST_CONFIG_BYTES + 1)
    except FileNotFoundError:
        return b""
    except NotADirectoryError as error:
        raise HomeError(
            f"{path.parent} is a file; expected the folder of a warehouse.",
            hint="Set SPOTIFLOW_HOME or --home to a folder.",
        ) from error
    except OSError as error:
        raise HomeError(f"{path} cannot be read: {error.strerror}.", hint="Check its rights.") from error
    if len(content) > MOST_CONFIG_BYTES:
        raise InputError(
            f"{path} has over {MOST_CONFIG_BYTES:,} bytes; expected a few settings.",
            hint="See that it is the right file.",
        )
    return content


def _read(name: str, value: Any, where: str) -> Any:
    try:
        return _READERS[name](value)
    except (ValueError, TypeError) as error:
        raise InputError(f"{where} sets {name} to '{value}': {error}.", hint="Correct the value.") from error


_PLACES = (Settings.spotify_api_url, Settings.spotify_accounts_url, Settings.reccobeats_url)


def _read_place(value: Any) -> str:
    return setting_readers.read_place(value, _PLACES)


_READERS: dict[str, Callable[[Any], Any]] = {
    "default_listener": setting_readers.read_listener,
    "allow_synthetic": setting_readers.read_bool,
    "synthetic_scope": str,
    "use_predictions": setting_readers.read_bool,
    "include_web_api_content": setting_readers.read_bool,
    "keep_country": setting_readers.read_bool,
    "min_play_seconds": setting_readers.count(0, 3_600),
    "min_play_share": setting_readers.number(0, 1),
    "memory_limit": setting_readers.read_memory,
    "threads": setting_readers.count(0, MOST_THREADS),
    "lock_wait_seconds": setting_readers.number(0, 3_600),
    "spotify_client_id": setting_readers.read_text,
    "spotify_daily_calls": setting_readers.count(0, 100_000),
    "spotify_timeout_seconds": setting_readers.number(0.01, 600),
    "spotify_first_wait_seconds": setting_readers.number(0, 3_600),
    "spotify_longest_wait_seconds": setting_readers.number(0, 86_400),
    "spotify_login_seconds": setting_readers.number(0, 3_600),
    "spotify_redirect_uri": setting_readers.read_redirect,
    "spotify_api_url": _read_place,
    "spotify_accounts_url": _read_place,
    "reccobeats_url": _read_place,
    "reccobeats_pause_seconds": setting_readers.number(0, 3_600),
    "sources": setting_readers.read_sources,
    "poll_spotify": setting_readers.read_bool,
    "retry_seconds": setting_readers.number(0, 3_600),
    "schedule_poll_minutes": setting_readers.number(0, 10_080, or_none_under=1),
    "schedule_build_hours": setting_readers.number(0, 720, or_none_under=0.1),
    "schedule_train_at": setting_readers.read_time,
    "schedule_publish_hours": setting_readers.number(0, 720, or_none_under=0.1),
    "publish_postgres": setting_readers.read_text,
    "publish_parquet": setting_readers.read_text,
    "publish_delta": setting_readers.read_text,
    "publish_csv": setting_readers.read_text,
    "on_alert": setting_readers.read_text,
    "backups_kept": setting_readers.count(0, 1_000),
}
assert set(_READERS) == {field.name for field in fields(Settings)} - {"home"}


def _checked(settings: Settings) -> Settings:
    if settings.synthetic_scope not in SYNTHETIC_SCOPES:
        raise InputError(
            f"synthetic_scope is '{settings.synthetic_scope}'; it can be {' or '.join(SYNTHETIC_SCOPES)}.",
            hint="Correct config.toml or SPOTIFLOW_SYNTHETIC_SCOPE.",
        )
    return settings
