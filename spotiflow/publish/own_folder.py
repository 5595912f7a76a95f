"""A folder to publish to: what in it is ours stands in a file there, and nothing else is ever touched.

A table is written beside its place under a hidden name and then takes that place. What a kill left under
such a name is put right at the next start, where the place is ours.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from spotiflow.core.errors import HomeError, UsageError
from spotiflow.core.files import write_private
from spotiflow.core.json_text import parse_json

MARKER = ".spotiflow-publish.json"
NEW, OLD = ".new-", ".old-"


def claim(folder: Path, places: Mapping[str, str]) -> None:
    """Make the folder ours, private, and these places in it; put right what a killed publication left.

    places: what is to stand at each path inside, such as {"silver/plays": "delta"}. Raises UsageError where
    something of somebody else is in the way, HomeError where the folder cannot be made or written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        ours = _read(folder)
        for path in ours:
            _put_right(folder / path)
        _refuse_others(folder, ours, places)
        if not ours.items() >= places.items():
            # Before the first byte, so that whatever a kill leaves is known to be ours.
            write_private(folder / MARKER, json.dumps(ours | dict(places), indent=1, sort_keys=True))
    except OSError as error:
        raise HomeError(
            f"The folder {folder} cannot be used to publish to: {error.strerror}.",
            hint="Name a folder that you may write to.",
        ) from error


def beside(place: Path, mark: str) -> Path:
    """Return the hidden name next to a place, for what is new or old."""
    return place.with_name(mark + place.name)


def take_place(new: Path, place: Path) -> None:
    """Put `new` where `place` is: a file in one step, a folder once the old one is out of the way."""
    if not new.exists():
        # Without rows DuckDB makes no folder: an empty table is an empty folder.
        new.mkdir(mode=0o700)
    if place.is_dir():
        place.rename(beside(place, OLD))
    new.replace(place)
    remove(beside(place, OLD))


def remove(entry: Path) -> None:
    """Remove a file or folder of ours, if it is there."""
    if entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry)
    else:
        entry.unlink(missing_ok=True)


def _read(folder: Path) -> dict[str, str]:
    """Return what is ours in a folder. Raises UsageError for one that has things and is not ours."""
    try:
        ours = parse_json((folder / MARKER).read_text(encoding="utf-8"))
        return {str(path): str(what) for path, what in ours.items() if _is_inside(str(path))}
    except FileNotFoundError:
        found = sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))
    except (ValueError, AttributeError):
        found = [MARKER]
    if found:
        raise UsageError(
            f"{folder} has things that spotiflow did not publish, such as {found[0]}; nothing was changed.",
            hint="Name a new or an empty folder; what is published there from then on is known to be ours.",
        )
    return {}


def _is_inside(path: str) -> bool:
    return not path.startswith("/") and ".." not in Path(path).parts


def _refuse_others(folder: Path, ours: Mapping[str, str], places: Mapping[str, str]) -> None:
    for path, what in places.items():
        if path in ours and ours[path] != what:
            raise UsageError(
                f"{folder / path} was published as {ours[path]}; {what} needs a folder of its own.",
                hint="Name another folder.",
            )
        ways = [folder / path, beside(folder / path, NEW), beside(folder / path, OLD)]
        for way in ways if path not in ours else ():
            if way.exists() or way.is_symlink():
                raise UsageError(
                    f"{way} is in the way: spotiflow did not publish it, so it was left as it is.",
                    hint="Move it away, or name another folder.",
                )


def _put_right(place: Path) -> None:
    """Remove what was half written; finish or undo a replacement that was cut off between its two renames."""
    remove(beside(place, NEW))
    old = beside(place, OLD)
    if not old.exists():
        return
    if place.exists():
        remove(old)
    else:
        old.rename(place)
