"""The paths a person gave, opened: files with plays, others, and those that should have some but do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Generic

from spotiflow.core.errors import InputError
from spotiflow.ingest.files.containers import Container, Entry, open_container
from spotiflow.ingest.files.file_kinds import Content, content_of
from spotiflow.ingest.files.inputs import first_bytes, kind_of, wrong_input
from spotiflow.ingest.history.reader import AForm, Reader
from spotiflow.ingest.history.results import PackageReceipt

_JSON = (Content.JSON, Content.EMPTY_LIST, Content.HALF_JSON)


@dataclass(frozen=True)
class HistoryFile(Generic[AForm]):
    """One file with plays. `name` is unique among the files of an import."""

    name: str
    package: str
    form: AForm
    entry: Entry


@dataclass
class Package(Generic[AForm]):
    """One path: its files with plays, other files with their kind, and files that should hold plays but do not."""

    name: str
    files: list[HistoryFile[AForm]] = field(default_factory=list)
    others: list[tuple[str, str]] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)

    def receipt(self) -> PackageReceipt:
        """Return how many files of which form it holds, and how many others of which kind."""
        forms = Counter[tuple[str, str]]((file.form.source, file.form.name) for file in self.files)
        return PackageReceipt(self.name, forms, Counter(kind for _, kind in self.others))


@contextmanager
def open_package(path: Path, reader: Reader[AForm]) -> Iterator[Package[AForm]]:
    """Open a zip, folder or file and sort its files, by content first.

    Raises InputError, with what was found, where the reader recognises none of them.
    """
    with open_container(path) as container:
        package = _sorted_out(container, reader)
        if not package.files and container.kind == "folder" and package.unreadable:
            name, why = next(iter(package.unreadable.items()))
            raise InputError(
                f"{name} in {path} {why}.",
                hint="Download it again or mend its rights, and give the folder again.",
            )
        if not package.files:
            raise wrong_input(path, kind_of(container), [reader.wanted])
        yield package


def with_unique_names(packages: list[Package[AForm]]) -> list[HistoryFile[AForm]]:
    """Return the files of all packages; one whose name another package has too is named after its package.

    Audio comes before video: a play that stands in both is music, whatever order the paths were given in.
    """
    taken = Counter(file.name for package in packages for file in package.files)
    files: list[HistoryFile[AForm]] = []
    seen: Counter[str] = Counter()
    for package in packages:
        for file in package.files:
            name = file.name if taken[file.name] == 1 else f"{package.name}/{file.name}"
            seen[name] += 1
            name = name if seen[name] == 1 else f"{name} ({seen[name]})"
            files.append(replace(file, name=name))
    return sorted(files, key=lambda file: file.form.medium)


def _sorted_out(container: Container, reader: Reader[AForm]) -> Package[AForm]:
    package = Package[AForm](container.name, others=list(container.others))
    for entry in container.entries:
        head, why = first_bytes(container, entry)
        if why:
            package.unreadable[entry.name] = why
        elif form := reader.form_of(entry.name, head):
            package.files.append(HistoryFile(entry.name, package.name, form, entry))
        elif issue := reader.issue(entry.name, head):
            package.unreadable[entry.name] = issue
        else:
            package.others.append((entry.name, _label(content_of(head), entry)))
    return package


def _label(content: Content, entry: Entry) -> str:
    if content in _JSON:
        return "other JSON"
    return entry.suffix.lstrip(".").upper() or "file without ending"
