"""Model files that are missing, damaged, of another version or made by an attacker, met by every command."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable

import pytest
import skops.io

from spotiflow.core.settings import Settings
from spotiflow.ml.engine.model_files import MOST_BYTES
from spotiflow.warehouse.database import open_warehouse
from tests.conftest import command_line


class Stranger:
    """A type that no model of ours has."""


def _flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def _bomb(_: bytes) -> bytes:
    """A small archive that says it unpacks to more than a model ever has."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("schema.json", bytes(1000))
    told, claimed = (number.to_bytes(4, "little") for number in (1000, MOST_BYTES + 1))
    return packed.getvalue().replace(told, claimed)


# How a file is spoiled, whether its sha256 is then stored as if it were ours, and what is said of it.
SPOILED: dict[str, tuple[Callable[[bytes], bytes | None], bool, str]] = {
    "missing": (lambda _: None, False, "is missing or cannot be read"),
    "a changed byte": (_flipped, False, "was changed: its sha256 begins"),
    "half of it": (lambda content: content[: len(content) // 2], False, "was changed"),
    "a pickle": (lambda _: b"\x80\x04\x8c\x05posix\x94\x8c\x06system\x94\x93.", True, "cannot be read"),
    "a bomb": (_bomb, True, "holds more than 500 MB"),
    "a foreign type": (lambda _: skops.io.dumps({"format": 1, "estimator": Stranger()}), True, "intact"),
    "another version": (lambda _: skops.io.dumps({"format": 99}), True, "intact"),
}


def _spoil(settings: Settings) -> dict[str, str]:
    """Spoil the files of all models, each way in turn; return what is to be said of each."""
    said = {}
    with open_warehouse(settings) as db:
        files = db.execute("select model, artifact from ml.model_versions order by model").fetchall()
        for number, (model, artifact) in enumerate(files):
            spoil, is_stored, words = list(SPOILED.values())[number % len(SPOILED)]
            path = settings.models_dir / artifact
            content = spoil(path.read_bytes())
            path.unlink()
            if content is not None:
                path.write_bytes(content)
            if content is not None and is_stored:
                sha256 = hashlib.sha256(content).hexdigest()
                db.execute(
                    "update ml.model_versions set sha256 = ? where artifact = ?", [sha256, artifact]
                ).fetchall()
            said[model] = words
    assert len(said) > 2 * len(SPOILED)
    return said


@pytest.mark.slow
def test_every_command_still_answers_and_the_list_of_versions_says_what_is_wrong(
    demo_warehouse: Settings,
) -> None:
    """That train makes anew what is unfit is tested in tests/ml; an old champion that is in use too."""
    run, said = command_line(demo_warehouse.home), _spoil(demo_warehouse)
    listed = {row["model"]: row for row in json.loads(run("train", "--list", "--json").stdout)}
    assert {model for model, row in listed.items() if said[model] not in row["file"]} == set()
    for words in (
        ["recommend", "--json"],
        ["recommend", "--playlist", "focus"],
        ["recommend", "--playlist", "path", "--from", "sad", "--to", "happy"],
        ["report", "--json"],
    ):
        assert run(*words).stdout
