"""A file, a folder or a zip as one thing: named entries that can be looked at and copied, within limits."""

from __future__ import annotations

import errno
import hashlib
import lzma
import os
import re
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from spotiflow.core.console import printable
from spotiflow.core.errors import InputError, WarehouseError
from spotiflow.ingest.files.file_kinds import HEAD_BYTES, Content, content_of

MAX_ENTRIES = 10_000
MAX_TOTAL_BYTES = 20 * 1024**3
# JSON history shrinks 10 to 25 times; a bomb 1,000 times.
MAX_RATIO = 200
RATIO_MATTERS_FROM_BYTES = 16 * 1024**2
COPY_BYTES = 1024**2
READ_SUFFIXES = frozenset({".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".txt", ".log", ""})
# What Python's zipfile raises for a member that is damaged, cut or packed in a way it does not know.
MEMBER_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError),
    *(EOFError, NotImplementedError, RuntimeError, ValueError),
)


class DamagedEntryError(Exception):
    """One entry of an archive cannot be unpacked; the others may well be."""


@dataclass(frozen=True)
class Entry:
    """One file of an input. `name` is its path inside the input, for people and for tracing only."""

    name: str
    size: int
    open: Callable[[], IO[bytes]]
    path: Path | None = None

    @property
    def suffix(self) -> str:
        """Return the ending of the name in lower case."""
        return PurePosixPath(self.name).suffix.lower()

    def head(self) -> bytes:
        """Return the first `HEAD_BYTES` bytes. Raises DamagedEntryError, InputError."""
        with self._reading() as stream:
            return stream.read(HEAD_BYTES)

    def content(self) -> Content:
        """Tell what the entry is by its first bytes; a damaged one counts as unknown."""
        try:
            return content_of(self.head())
        except DamagedEntryError:
            return Content.BINARY

    def copy_to(self, target: Path) -> str:
        """Stream the entry to `target` and return the sha256 of its bytes.

        Raises DamagedEntryError for a damaged member, WarehouseError when the disk is full.
        """
        digest = hashlib.sha256()
        with self._reading() as stream, target.open("wb") as copy:
            while block := stream.read(COPY_BYTES):
                digest.update(block)
                copy.write(block)
        return digest.hexdigest()

    @contextmanager
    def _reading(self) -> Iterator[IO[bytes]]:
        try:
            with self.open() as stream:
                yield stream
        except MEMBER_ERRORS as error:
            raise DamagedEntryError(str(error)) from error
        except OSError as error:
            if error.errno is None:  # bz2 says so of a damaged stream; the operating system names a number.
                raise DamagedEntryError(str(error)) from error
            raise unreadable(str(self.path or self.name), error) from error


@dataclass
class Container:
    """The entries of one input that may be worth reading, and the name and kind of those not looked into."""

    path: Path
    kind: str
    entries: list[Entry] = field(default_factory=list)
    others: list[tuple[str, str]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Return how to call the input."""
        return printable(self.path.name or str(self.path))

    @property
    def left_out(self) -> Counter[str]:
        """Return how many entries were not looked into, by kind."""
        return Counter(kind for _, kind in self.others)

    def add(self, entry: Entry) -> None:
        """Keep an entry, or count it under what it is when it cannot hold data."""
        name = PurePosixPath(entry.name)
        if "__MACOSX" in name.parts or name.name.startswith("._") or name.name == ".DS_Store":
            self.others.append((entry.name, "macOS side file"))
        elif entry.suffix == ".zip":
            self.others.append((entry.name, "zip inside"))
        elif READ_SUFFIXES & {suffix.lower() for suffix in name.suffixes or [""]}:
            # A copy may be called StreamingHistory0.json.bak; what it is its content tells.
            self.entries.append(entry)
        else:
            self.others.append((entry.name, entry.suffix.lstrip(".").upper()))


@contextmanager
def open_container(path: Path) -> Iterator[Container]:
    """Open a file, folder or zip for as long as its entries are read.

    Raises InputError when it does not exist, cannot be read, or is a zip outside the limits.
    """
    plain = _folder_or_file(path)
    if plain.kind == "folder" or plain.entries[0].content() is not Content.ZIP:
        yield plain
        return
    with _zip(path) as archive:
        yield archive


def _folder_or_file(path: Path) -> Container:
    try:
        if path.is_dir():
            return _folder(path)
        if path.is_file():
            return Container(path, "file", [_plain(path, path.name)])
        if not path.exists():
            raise InputError(f"{path} does not exist.", hint="Check the path; quote it if it has spaces.")
    except OSError as error:
        raise unreadable(str(error.filename or path), error) from error
    raise InputError(f"{path} is neither a file nor a folder.", hint="Give a file, folder or zip.")


def unreadable(name: str, error: OSError) -> InputError | WarehouseError:
    """Put an operating system's error into words."""
    if error.errno == errno.ENOSPC:
        return WarehouseError(
            "The disk is full; nothing more was stored.", hint="Free some space, run again."
        )
    reason = error.strerror or str(error)
    return InputError(
        f"{name} cannot be read: {reason}.", hint="Check its rights: you must be able to read it."
    )


def _plain(path: Path, name: str) -> Entry:
    return Entry(printable(name), path.stat().st_size, lambda: path.open("rb"), path)


def _folder(folder: Path) -> Container:
    container = Container(folder, "folder")

    def refuse(error: OSError) -> None:
        raise error

    seen = 0
    for place, folders, names in os.walk(folder, onerror=refuse):
        folders.sort()
        seen += len(names)
        if seen > MAX_ENTRIES:
            raise InputError(
                f"{folder} holds more than {MAX_ENTRIES:,} files; expected the folder of one export.",
                hint="Give the folder that holds the StreamingHistory files.",
            )
        for name in sorted(names):
            path = Path(place, name)
            inside = path.relative_to(folder).as_posix()
            if path.is_file():
                container.add(_plain(path, inside))
            else:
                kind = "link to nothing" if path.is_symlink() else "pipe or device"
                container.others.append((printable(inside), kind))
    return container


@contextmanager
def _zip(path: Path) -> Iterator[Container]:
    try:
        archive = zipfile.ZipFile(path)
    except MEMBER_ERRORS as error:
        raise InputError(
            f"{path} starts like a zip archive but cannot be opened: it breaks off or is damaged.",
            hint="Download it again, completely.",
        ) from error
    with archive:
        container = Container(path, "zip")
        for info in _within_limits(path, archive):
            if stat.S_ISLNK(info.external_attr >> 16):
                container.others.append((printable(info.filename), "link"))
            elif not info.is_dir():
                container.add(_member(archive, info))
        _refuse_locked(path, archive, container)
        yield container


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Entry:
    return Entry(printable(info.filename), info.file_size, lambda: archive.open(info))


def _within_limits(path: Path, archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    infos = archive.infolist()
    if len(infos) > MAX_ENTRIES:
        raise _refused(path, f"holds {len(infos):,} entries; at most {MAX_ENTRIES:,} are opened")
    if sum(info.file_size for info in infos) > MAX_TOTAL_BYTES:
        raise _refused(path, f"would unpack to more than {MAX_TOTAL_BYTES // 1024**3} GB")
    for info in infos:
        if _leads_outside(info.orig_filename):
            raise _refused(path, f"holds an entry whose name leads outside of it ({info.orig_filename!r})")
        if info.file_size > max(RATIO_MATTERS_FROM_BYTES, MAX_RATIO * info.compress_size):
            raise _refused(path, f"holds an entry packed more than {MAX_RATIO} times ({info.filename!r})")
    return sorted(infos, key=lambda info: info.filename)


def _leads_outside(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or parts[0] == "" or re.match("[A-Za-z]:", name) is not None


def _refused(path: Path, reason: str) -> InputError:
    return InputError(
        f"{path} {reason}: not a zip Spotify or Kaggle made, so nothing of it was read.",
        hint="Download the original again, or unpack it yourself and give the folder.",
    )


def _refuse_locked(path: Path, archive: zipfile.ZipFile, container: Container) -> None:
    wanted = {entry.name for entry in container.entries}
    if any(info.flag_bits & 1 and printable(info.filename) in wanted for info in archive.infolist()):
        raise InputError(
            f"{path} is protected by a password.", hint="Unpack it with its password and give the folder."
        )
