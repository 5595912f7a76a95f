"""Several ids of one recording: providers are asked for one of them, and what that brought serves all."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from spotiflow.core.settings import Settings, load_settings
from spotiflow.ingest.exports import import_exports
from spotiflow.ingest.exports.explain import explain_row
from spotiflow.ingest.features import fetch_features
from spotiflow.ingest.history.receipts import render
from spotiflow.ingest.spotify.hydrate import FEATURE_QUEUE, TRACK_QUEUE, Queue
from spotiflow.warehouse.database import open_warehouse
from tests.fakes.reccobeats import FakeReccoBeats, entry
from tests.ingest import builders as b

# Song 0 is played four times under the id of its single; the album's id stands for it. Song 2 is alone.
SINGLE, ALBUM, ALONE = (f"{number:022d}" for number in range(3))
PLAYS = [*(b.play(0, ts=b.utc(b.FIRST_SECOND - 1000 * n)) for n in range(1, 5)), b.play(1), b.play(2)]
# What a build makes of them, as far as it is asked here.
BUILT = f"""
create schema if not exists silver;
create table silver.track_identities as
select * from (values
    ('me', '{SINGLE}', '{ALBUM}', 'isrc'), ('me', '{ALBUM}', '{ALBUM}', 'id'),
    ('me', '{ALONE}', '{ALONE}', 'id')
) as t(listener_id, told_id, track_id, match_method);
create table silver.play_duplicates (play_id uuid, reason varchar, kept_play_id uuid);
create table silver.plays as
select play_id, history.listener_id, true as is_play, true as is_music, identities.track_id
from raw.listening_history as history join silver.track_identities as identities
    on history.track_id = identities.told_id;
"""


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return b.write(tmp_path / "endsong_0.json", PLAYS)


@pytest.fixture
def settings(settings: Settings, export: Path) -> Settings:
    import_exports(settings, [export])
    return settings


def execute(settings: Settings, sql: str) -> None:
    with open_warehouse(settings) as db:
        db.execute(sql)


def asked(settings: Settings, queue: Queue) -> list[str]:
    with open_warehouse(settings) as db:
        return [key[0] for key in queue.waiting(db, "me")]


@pytest.mark.parametrize(
    ("queue", "known"),
    [
        (TRACK_QUEUE, "insert into raw.tracks (track_id, fetched_at) values ('{}', now())"),
        (
            FEATURE_QUEUE,
            "insert into raw.track_features (track_id, provider, fetched_at) values ('{}', 'spotify', now())",
        ),
    ],
    ids=["tracks", "features"],
)
def test_spotify_is_asked_for_one_id_of_a_recording(settings: Settings, queue: Queue, known: str) -> None:
    assert asked(settings, queue) == [SINGLE, ALBUM, ALONE]
    execute(settings, BUILT)
    assert asked(settings, queue) == [ALBUM, ALONE]
    execute(settings, f"insert into raw.missing_tracks values ('{ALBUM}', now())")
    assert asked(settings, queue) == [SINGLE, ALONE]
    execute(settings, known.format(SINGLE))
    assert asked(settings, queue) == [ALONE]


def test_a_provider_is_asked_for_another_id_only_where_the_first_is_unknown(
    tmp_path: Path, export: Path
) -> None:
    with FakeReccoBeats() as provider:
        home = load_settings(
            home=tmp_path / "own", reccobeats_url=provider.url, reccobeats_pause_seconds=0.001
        )
        import_exports(home, [export])
        execute(home, BUILT)
        provider.known[SINGLE] = entry(SINGLE)
        assert (fetch_features(home).wanted, provider.asked[-1]) == (2, [ALBUM, ALONE])
        found = fetch_features(home)
        assert (found.wanted, found.found_by_id, provider.asked[-1]) == (1, 1, [SINGLE])
        assert found.coverage is not None
        assert (found.coverage.tracks, found.coverage.measured_tracks) == (2, 1)
        assert fetch_features(home).wanted == 0


def test_a_row_is_explained_by_its_recording(settings: Settings, export: Path) -> None:
    execute(settings, BUILT)
    told = [explain_row(settings, f"endsong_0.json:{row}", [export]).silver for row in (1, 5)]
    assert told == [
        f"counts as a play of {ALBUM}, which {SINGLE} is too: the same ISRC",
        f"counts as a play of {ALBUM}",
    ]


def test_the_receipt_says_what_else_a_play_has_to_be(tmp_path: Path, export: Path) -> None:
    receipt = import_exports(load_settings(home=tmp_path / "half", min_play_share=0.5), [export])
    console = Console(width=200)
    with console.capture() as capture:
        console.print(render(receipt))
    assert "6 count as plays (>= 30 s; build also asks for 50% of the track)" in capture.get()
