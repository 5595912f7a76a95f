"""The paths a person gave, opened: files with history, others, and those that should have it but do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from spotiflow.core.errors import InputError
from spotiflow.ingest.exports.generations import Generation, generation_of
from spotiflow.ingest.files.containers import Container, Entry, open_container
from spotiflow.ingest.files.file_kinds import Content, content_of, is_history_name
from spotiflow.ingest.files.inputs import (
    InputKind,
    first_bytes,
    kind_of,
    wrong_input,
)

_JSON = (Content.JSON, Content.EMPTY_LIST, Content.HALF_JSON)


@dataclass(frozen=True)
class HistoryFile:
    """One file with streaming history. `name` is unique among the files of an import."""

    name: str
    package: str
    generation: Generation
    entry: Entry


@dataclass
class Package:
    """One path: its history files, other files with their kind, and named history files that hold none."""

    name: str
    files: list[HistoryFile] = field(default_factory=list)
    others: list[tuple[str, str]] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)

    @property
    def not_read(self) -> Counter[str]:
        """Return how many other files there are, by kind."""
        return Counter(kind for _, kind in self.others)


@contextmanager
def open_package(path: Path) -> Iterator[Package]:
    """Open a zip, folder or file and sort its files, by content first.

    Raises InputError, with what was found, where there is no streaming history in it.
    """
    with open_container(path) as container:
        package = _sorted_out(container)
        if not package.files and container.kind == "folder" and package.unreadable:
            name, why = next(iter(package.unreadable.items()))
            raise InputError(
                f"{name} in {path} {why}.",
                hint="Download it again or mend its rights, and give the folder again.",
            )
        if not package.files:
            raise wrong_input(path, kind_of(container), [InputKind.EXPORT])
        yield package


def with_unique_names(packages: list[Package]) -> list[HistoryFile]:
    """Return the files of all packages; one whose name another package has too is named after its package.

    Audio comes before video: a play that stands in both is music, whatever order the paths were given in.
    """
    taken = Counter(file.name for package in packages for file in package.files)
    files: list[HistoryFile] = []
    seen: Counter[str] = Counter()
    for package in packages:
        for file in package.files:
            name = file.name if taken[file.name] == 1 else f"{package.name}/{file.name}"
            seen[name] += 1
            name = name if seen[name] == 1 else f"{name} ({seen[name]})"
            files.append(HistoryFile(name, file.package, file.generation, file.entry))
    return sorted(files, key=lambda file: file.generation.medium)


def _sorted_out(container: Container) -> Package:
    package = Package(container.name, others=list(container.others))
    for entry in container.entries:
        head, why = first_bytes(container, entry)
        if why:
            package.unreadable[entry.name] = why
            continue
        generation = generation_of(entry.name, head)
        content = content_of(head)
        if generation:
            package.files.append(HistoryFile(entry.name, package.name, generation, entry))
        elif is_history_name(entry.name) and entry.suffix == ".json":
            package.unreadable[entry.name] = f"is {content}, not streaming history"
        else:
            package.others.append((entry.name, _label(content, entry)))
    return package


def _label(content: Content, entry: Entry) -> str:
    if content in _JSON:
        return "other JSON"
    return entry.suffix.lstrip(".").upper() or "file without ending"
