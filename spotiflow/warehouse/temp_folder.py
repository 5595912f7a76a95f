"""A private folder for the time of one command. Exports hold IP addresses, so nothing of it may stay."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spotiflow.core.processes import is_alive
from spotiflow.core.settings import Settings
from spotiflow.warehouse.database import prepare_home


@contextmanager
def temp_folder(settings: Settings) -> Iterator[Path]:
    """Yield an empty 0700 folder in the home that is removed at the end; sweep what a killed command left.

    Raises HomeError when the home cannot be written.
    """
    prepare_home(settings)
    settings.temp_dir.mkdir(mode=0o700, exist_ok=True)
    settings.temp_dir.chmod(0o700)
    sweep(settings.temp_dir)
    folder = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=settings.temp_dir))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(temp_dir: Path) -> None:
    """Remove the folders of processes that are gone; others, and this one, may be at work in theirs."""
    for entry in temp_dir.iterdir():
        owner = entry.name.partition("-")[0]
        if owner.isdigit() and is_alive(int(owner)):
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)
