"""Control characters, non-characters and endless texts: cleaned at the way in, and told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spotiflow.core.settings import Settings
from spotiflow.ingest.exports import import_exports
from spotiflow.ingest.files.characters import MOST_CHARACTERS, cleaned, cleaned_sql
from spotiflow.ingest.kaggle import load_kaggle
from spotiflow.ingest.scrobbles import import_scrobbles
from tests.ingest import builders as b
from tests.ingest import scrobble_builders as s
from tests.ingest.conftest import Rows

Query = Callable[..., Rows]
ODD = ["\x00", "\x07", "\x1b[31m", "\x7f", "\x85", "\ufdd0", "\ufffe", "\uffff", "\U0001ffff", "\U0010fffe"]


@pytest.mark.parametrize("odd", ODD)
def test_names_are_clean_from_every_source(
    settings: Settings, tmp_path: Path, query: Query, odd: str
) -> None:
    right = f"So{odd[1:]}ng"
    plays = [b.play(1, master_metadata_track_name=f"So{odd}ng"), b.play(2)]
    receipt = import_exports(settings, [b.write(tmp_path / "endsong_0.json", plays)])
    assert receipt.total.kept == 2
    assert (receipt.files[0].note or "").startswith("cleaned: 1 rows")
    listens = json.dumps(s.listen(9) | {"track_metadata": {"artist_name": "B", "track_name": f"So{odd}ng"}})
    assert import_scrobbles(settings, [b.write(tmp_path / "l.jsonl", listens.encode())]).total.kept == 1
    names = query("select distinct track_name from raw.listening_history order by 1")
    assert names == [(right,), ("Song 2",)]


def test_the_catalogue_is_clean(settings: Settings, tmp_path: Path, query: Query) -> None:
    rows = b.catalogue([b.catalogue_row(1, track_name="So\x00\uffffng"), b.catalogue_row(2)])
    load_kaggle(settings, b.write(tmp_path / "dataset.csv", rows))
    assert query("select track_name from raw.kaggle_tracks order by row_number") == [("Song",), ("Song 2",)]


def test_an_endless_text_is_cut(settings: Settings, tmp_path: Path, query: Query) -> None:
    play = b.play(
        1, master_metadata_track_name="x" * 100_000, master_metadata_album_artist_name="Line\r\nbreak"
    )
    import_exports(settings, [b.write(tmp_path / "endsong_0.json", [play])])
    assert query("select length(track_name), artist_name from raw.listening_history") == [
        (MOST_CHARACTERS, "Line break")
    ]


@hypothesis.settings(deadline=None, max_examples=30)
@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=40), min_size=1, max_size=20))
def test_python_and_sql_clean_alike(texts: list[str]) -> None:
    with duckdb.connect() as db:
        found = db.execute(
            f"select {cleaned_sql('text')} from (select unnest($texts) as text)", {"texts": texts}
        )
        assert [(text or "").strip() for (text,) in found.fetchall()] == [
            cleaned(text).strip() for text in texts
        ]
