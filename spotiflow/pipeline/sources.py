"""The stage `files`: paths given on the command line, the inbox, and the sources that config.toml names.

What was taken in is remembered in the warehouse it went into: a restored or new one takes it in again. The
files themselves stay where they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from spotiflow.core.console import log
from spotiflow.core.errors import InputError
from spotiflow.core.setting_readers import Source
from spotiflow.core.settings import Settings
from spotiflow.ingest.files.inputs import WANTED, identify, wrong_input
from spotiflow.ingest.spotify.spool import ASIDE, spooled
from spotiflow.pipeline.imports import KINDS, import_paths
from spotiflow.pipeline.source_files import (
    AGAIN,
    IGNORED,
    OK,
    PARTIAL,
    REFUSED,
    Look,
    candidates,
    look_at,
    remember,
    unseen,
)
from spotiflow.pipeline.stage import Done, Job


def not_due(job: Job) -> str | None:
    """Say why no file has to be read."""
    if job.paths or spooled(job.settings):
        return None
    places = _places(job.settings)
    try:
        looks = [look for place in places for look in _looks(place.path)]
        is_one_away = any(not place.path.exists() for place in places)
    except OSError:
        return None  # What cannot be looked at is named by the stage.
    if is_one_away or unseen(job.settings, looks):
        return None
    return (
        f"{len(looks)} known files, none new" if looks else "nothing in the inbox or the configured sources"
    )


def take_in(job: Job) -> Done:
    """Take in everything that is new, one path after the other; a bad one does not stop the others.

    Paths of the command line come first. Raises WarehouseBusyError, WarehouseError, HomeError.
    """
    from spotiflow.ingest.spotify.state import load_inbox

    results = []
    if spooled(job.settings):
        load_inbox(job.settings)
        results.append(_Result("polls from the inbox"))
    if job.paths:
        problems = import_paths(
            job.settings, job.paths, show=job.show, listener=job.listener, time_zone=job.time_zone
        )
        results += [_Result(p.sentence, InputError(p.sentence, hint=_HINT)) for p in problems]
        results.append(_Result(f"{len(job.paths)} given"))
    for place in _places(job.settings):
        results += _take_place(job, place)
    errors = [result.error for result in results if result.error]
    return Done(
        "; ".join(result.words for result in results) or "nothing new",
        is_partial=bool(errors),
        is_idle=not any(result.is_new for result in results),
        error=errors[0] if errors else None,
    )


_LOST = "{path} holds plays, but cannot be read and was set aside; what it brought may be lost."
_LOST_HINT = "An export of that time brings Spotify's back; remove the file when you do not need it."
_HINT = "See what is wrong with it: spotiflow ingest export PATH --per-file"


@dataclass(frozen=True)
class _Result:
    words: str
    error: InputError | None = None
    is_new: bool = True


def _places(settings: Settings) -> list[Source]:
    return [Source(settings.inbox_dir), *settings.sources]


def _looks(path: Path) -> list[Look]:
    if not path.exists():
        return []
    return [look for one in candidates(path) if (look := look_at(one)) is not None]


def _take_place(job: Job, place: Source) -> list[_Result]:
    try:
        is_there, looks = place.path.exists(), _looks(place.path)
    except OSError as error:
        return [_not_usable(f"{place.path} cannot be looked at ({error.strerror})", "Check its rights")]
    if is_there or place.path == job.settings.inbox_dir:
        return [_take_one(job, place, look) for look in unseen(job.settings, looks)]
    return [_not_usable(f"{place.path} is not there", "Connect its disk")]


def _not_usable(words: str, remedy: str) -> _Result:
    hint = f"{remedy}, or take it out of sources in config.toml."
    return _Result(words, InputError(f"The source {words}.", hint=hint), is_new=False)


def _take_one(job: Job, place: Source, look: Look) -> _Result:
    """Take in one file or folder, and remember that; what was refused is looked at again when it changes."""
    name = look.path.name
    try:
        if look.path.suffix == ASIDE:
            raise InputError(_LOST.format(path=look.path), hint=_LOST_HINT)
        kind = identify(look.path)
        if kind not in KINDS:
            if place.path.is_dir() and place.path != job.settings.inbox_dir:
                remember(job.settings, [look], IGNORED, kind.value)
                return _Result(f"{name} left alone ({kind.value})", is_new=False)
            raise wrong_input(look.path, kind, [WANTED[one] for one in KINDS])
        problems = import_paths(
            job.settings, [look.path], show=job.show, listener=place.listener, time_zone=place.time_zone
        )
    except InputError as error:
        log.error("%s: %s", look.path, error.message)
        if look.is_arriving:
            return _Result(f"{name} may still be arriving", is_new=False)
        remember(job.settings, [look], REFUSED, error.message)
        return _Result(f"{name} refused", error, is_new=False)
    is_useless = any(problem.is_nothing_kept for problem in problems)
    detail = "; ".join(problem.sentence for problem in problems) or None
    remember(job.settings, [look], AGAIN if is_useless else PARTIAL if problems else OK, detail)
    if problems:
        wrong = InputError(f"{look.path}: {problems[0].sentence}", hint=_HINT)
        return _Result(f"{name} {'without use' if is_useless else 'in part'}", wrong)
    return _Result(name)
