"""An entry of any input as a file DuckDB can read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from spotiflow.ingest.files.containers import Entry


@contextmanager
def local_copy(entry: Entry, folder: Path) -> Iterator[tuple[Path, Future[str]]]:
    """Yield a path DuckDB can read under a name of ours, and the sha256 of the bytes, which may come later.

    A plain file is linked, since DuckDB would take brackets and stars in its name for a pattern.
    Raises DamagedEntryError for a damaged member of an archive.
    """
    place = folder / "entry"
    digest: Future[str] = Future()
    with ThreadPoolExecutor(1) as pool:
        try:
            if entry.path:
                place.symlink_to(entry.path.resolve())
                digest = pool.submit(_sha256, place)
            else:
                digest.set_result(entry.copy_to(place))
            yield place, digest
        finally:
            place.unlink(missing_ok=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
