"""Whatever the input: an error of ours or counts that add up; twice adds nothing; order does not matter."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from spotiflow.core.errors import SpotiflowError
from spotiflow.core.settings import Settings, load_settings
from spotiflow.ingest.exports import import_exports
from spotiflow.ingest.exports.generations import RECORD_KEYS, generation_of
from spotiflow.ingest.files.file_kinds import content_of
from spotiflow.ingest.files.repair import repair
from spotiflow.ingest.history.receipts import render
from spotiflow.ingest.history.results import HistoryReceipt
from spotiflow.ingest.kaggle import load_kaggle
from spotiflow.ingest.listeners import add_listener
from spotiflow.warehouse.database import open_warehouse
from tests.ingest import builders as b

pytestmark = pytest.mark.slow

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.sampled_from(
        [
            "2023-01-01T00:00:00Z",
            "2023-02-30",
            "infinity",
            "epoch",
            "spotify:local:%ff:%zz::x",
            "\ud800",
            "\x00",
        ]
    ),
    st.sampled_from(["spotify:local:%ff:%zz::x", "spotify:local:a:b:c:9223372036854775807"]),
    st.sampled_from([[], {}, [1], {"ip_addr": "203.0.113.77"}, 1e308, 253402300799, 86400000000000]),
)
BASES = st.sampled_from(
    [b.play, b.play_2021, b.play_2022, b.play_2025, b.episode, b.chapter, b.local_file, b.account_play]
)


ODD_CELLS = ['"a ""b"""', '"', "1e999", "nan", "-1", "1e12", "\x00"]


@st.composite
def records(draw: st.DrawFn) -> Any:
    """A record of any generation with some values exchanged, or no record at all."""
    if draw(st.integers(0, 9)) == 0:
        return draw(VALUES)
    record = draw(BASES)(draw(st.integers(0, 5)))
    return record | draw(st.dictionaries(st.sampled_from(RECORD_KEYS), VALUES, max_size=2))


SLOW = examples(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
QUICK = examples(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


class World:
    """One warehouse for all examples of a test; every example has a listener and folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings: Settings = load_settings(home=folder / "home", threads=1)
        self._numbers = itertools.count()

    def listener(self) -> str:
        """Add a listener nobody has used yet."""
        return add_listener(self.settings, f"listener-{next(self._numbers)}", time_zone="UTC").listener_id

    def take_in(self, listener: str, *files: Path) -> HistoryReceipt | None:
        """Import; None where it is refused with an error of ours."""
        try:
            receipt = import_exports(self.settings, files, listener_id=listener)
        except SpotiflowError:
            return None
        assert all(file.counts.adds_up for file in receipt.files)
        assert receipt.total.adds_up
        assert render(receipt)
        json.dumps(receipt.to_dict())
        return receipt

    def plays(self, listener: str) -> list[tuple[Any, ...]]:
        """What tells the plays of a listener apart."""
        with open_warehouse(self.settings, read_only=True) as db:
            return db.execute(
                """
                select ended_at, coalesce(content_uri, concat_ws('/', artist_name, track_name)), ms_played
                from raw.listening_history where listener_id = ? order by all
                """,
                [listener],
            ).fetchall()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("properties"))


@SLOW
@given(rows=st.lists(records(), min_size=1, max_size=8))
def test_random_rows(world: World, rows: list[Any]) -> None:
    listener = world.listener()
    path = b.write(world.folder / "endsong_0.json", json.dumps([b.play(9), *rows]).encode())
    first = world.take_in(listener, path)
    assert first is not None
    assert first.total.read == len(rows) + 1
    again = world.take_in(listener, path)
    assert again is not None
    assert again.total.stored == 0
    assert again.total.rejected == first.total.rejected


@SLOW
@given(
    rows=st.lists(records(), min_size=2, max_size=5),
    cut=st.integers(0, 4_000),
    length=st.integers(0, 300),
    noise=st.binary(max_size=12),
)
def test_random_damage(world: World, rows: list[Any], cut: int, length: int, noise: bytes) -> None:
    listener = world.listener()
    content = json.dumps([b.play(9), *rows]).encode()
    path = b.write(world.folder / "endsong_0.json", content[:cut] + noise + content[cut + length :])
    if world.take_in(listener, path):
        again = world.take_in(listener, path)
        assert again is not None
        assert again.total.stored == 0
    assert not list(world.settings.temp_dir.iterdir())


@SLOW
@given(first=st.lists(records(), max_size=5), second=st.lists(records(), max_size=5))
def test_the_order_of_files_does_not_matter(world: World, first: list[Any], second: list[Any]) -> None:
    paths = [
        b.write(world.folder / name, json.dumps([b.play(9), *rows]).encode())
        for name, rows in (("endsong_0.json", first), ("endsong_1.json", second))
    ]
    results = []
    for order in (paths, paths[::-1]):
        listener = world.listener()
        receipt = world.take_in(listener, *order)
        assert receipt is not None
        total = receipt.total
        results.append((world.plays(listener), total.stored, total.known, total.rejected))
    assert results[0] == results[1]


@QUICK
@given(
    content=st.binary(max_size=400),
    start=st.sampled_from([b"", b"[", b'[{"ts":', b"\xff\xfe", b"PK\x03\x04"]),
)
def test_random_bytes_have_a_type(content: bytes, start: bytes) -> None:
    assert content_of(start + content)
    generation_of("endsong_0.json", start + content)


@QUICK
@given(
    content=st.binary(max_size=400), start=st.sampled_from([b"", b"[", b'[{"ts": 1},', b'{"ts"', b"\xff\xfe"])
)
def test_the_second_reader_takes_anything(world: World, content: bytes, start: bytes) -> None:
    target = world.folder / "lines"
    found = repair(b.write(world.folder / "bytes", start + content), target, closing="]", keys=RECORD_KEYS)
    lines = target.read_text(encoding="utf-8").split("\n")[:-1]
    assert len(lines) == found.rows
    assert lines.count("null") >= found.broken
    for line in lines:
        json.loads(line)


@SLOW
@given(
    cells=st.lists(
        st.dictionaries(
            st.sampled_from(["track_id", "track_name", "tempo", "key", "explicit", "duration_ms"]),
            st.one_of(st.text(max_size=6), st.sampled_from(ODD_CELLS)),
            max_size=3,
        ),
        min_size=1,
        max_size=6,
    )
)
def test_random_catalogues(world: World, cells: list[dict[str, str]]) -> None:
    rows = [b.catalogue_row(9), *(b.catalogue_row(n, **changes) for n, changes in enumerate(cells))]
    text = "\n".join([b.CATALOGUE_HEADER, *rows, ""])
    path = b.write(world.folder / "dataset.csv", text.encode("utf-8", "surrogatepass"))
    try:
        receipt = load_kaggle(world.settings, path, force=True)
    except SpotiflowError:
        return
    assert load_kaggle(world.settings, path).catalogue == receipt.catalogue
