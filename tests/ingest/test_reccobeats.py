"""ReccoBeats through a fake of it: asked politely, matched by what it says, nothing lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from spotiflow.core.errors import ApiError, InputError, WaitError
from spotiflow.core.settings import Settings, load_settings
from spotiflow.ingest.exports import import_exports
from spotiflow.ingest.features import fetch_features, import_features, render_fetched
from spotiflow.ingest.features.results import FetchReceipt
from spotiflow.warehouse.database import open_warehouse
from tests.conftest import RunCli
from tests.fakes.reccobeats import FakeReccoBeats, entry
from tests.ingest import builders as b
from tests.ingest.conftest import Rows

Query = Callable[..., Rows]
OK = "{}"


@pytest.fixture
def provider() -> Iterator[FakeReccoBeats]:
    with FakeReccoBeats() as fake:
        yield fake


@pytest.fixture
def settings(tmp_path: Path, provider: FakeReccoBeats) -> Settings:
    """A home with plays of tracks 0 to 99, track 0 the most played; ReccoBeats is the fake."""
    found = load_settings(
        home=tmp_path / "home", reccobeats_url=provider.url, reccobeats_pause_seconds=0.001, threads=1
    )
    plays = [b.play(number) for number in range(100)] + [b.play(0, ts=b.utc(b.FIRST_SECOND - 500))]
    import_exports(found, [b.write(tmp_path / "endsong_0.json", [*plays, b.local_file(200), b.episode(201)])])
    return found


def identity(number: int) -> str:
    return f"{number:022d}"


def know(provider: FakeReccoBeats, *numbers: int) -> None:
    provider.known |= {identity(number): entry(identity(number)) for number in numbers}


def name_isrc(settings: Settings, number: int, isrc: str) -> None:
    with open_warehouse(settings) as db:
        db.execute("update raw.listening_history set isrc = ? where track_id = ?", [isrc, identity(number)])


def test_forty_at_a_time_and_matched_by_what_they_say(
    settings: Settings, provider: FakeReccoBeats, query: Query
) -> None:
    know(provider, *range(0, 100, 2))
    receipt = fetch_features(settings)
    assert (receipt.wanted, receipt.found_by_id, receipt.missing, receipt.left) == (100, 50, 50, 0)
    assert [len(ids) for ids in provider.asked] == [40, 40, 20]
    assert provider.asked[0][0] == identity(0)
    rows = query("select track_id, provider, valence, key, time_signature from raw.track_features order by 1")
    assert rows == [(identity(n), "reccobeats", 0.0399, 4, None) for n in range(0, 100, 2)]
    assert fetch_features(settings).wanted == 0


def test_what_is_unknown_by_id_is_asked_by_isrc(
    settings: Settings, provider: FakeReccoBeats, query: Query
) -> None:
    for number in (1, 2):
        name_isrc(settings, number, "usaaa0000001")
    provider.known["USAAA0000001"] = entry(identity(777), "USAAA0000001", valence=0.25)
    receipt = fetch_features(settings, most=3)
    assert (receipt.found_by_id, receipt.found_by_isrc, receipt.missing) == (0, 2, 1)
    assert query("select track_id, valence from raw.track_features order by 1") == [
        (identity(1), 0.25),
        (identity(2), 0.25),
    ]


def test_a_track_that_is_missing_is_asked_again_after_90_days(
    settings: Settings, provider: FakeReccoBeats, query: Query
) -> None:
    assert fetch_features(settings).missing == 100
    know(provider, 5, 6)
    assert fetch_features(settings).wanted == 0
    name_isrc(settings, 6, "USAAA0000006")
    assert fetch_features(settings).found_by_id == 1
    with open_warehouse(settings) as db:
        db.execute("update raw.missing_features set checked_at = checked_at - interval 91 day")
    assert fetch_features(settings).found_by_id == 1
    assert query("select count(*), count(distinct track_id) from raw.missing_features") == [(98, 98)]


def test_measured_tracks_are_not_asked_for(
    settings: Settings, provider: FakeReccoBeats, tmp_path: Path
) -> None:
    table = f"track_id,valence,energy\n{identity(7)},0.5,0.5\n{identity(8)},0.5,\n"
    import_features(settings, [b.write(tmp_path / "f.csv", table.encode())])
    fetch_features(settings)
    asked = {one for ids in provider.asked for one in ids}
    assert identity(7) not in asked
    assert identity(8) in asked


def test_values_no_feature_can_have_are_not_stored(
    settings: Settings, provider: FakeReccoBeats, query: Query
) -> None:
    odd: list[dict[str, Any]] = [
        {"valence": 7},
        {"energy": "loud"},
        {"key": 1.5},
        {"tempo": float("nan")},
        {"mode": True},
    ]
    for number, changes in enumerate(odd):
        provider.known[identity(number)] = entry(identity(number), **changes)
    receipt = fetch_features(settings)
    assert (receipt.unusable, receipt.missing) == (5, 100)
    assert query("select count(*) from raw.track_features") == [(0,)]


PASSING = [
    (429, "{}", {"Retry-After": "0.01"}),
    (429, "{}", {}),
    (503, "<html>", {}),
    (200, "<html>", {}),
    (200, "{}", {}),
    (200, "[]", {}),
]


@pytest.mark.parametrize("fault", PASSING)
def test_what_passes_is_waited_for(
    settings: Settings, provider: FakeReccoBeats, fault: tuple[int, str, dict[str, str]]
) -> None:
    know(provider, *range(100))
    provider.faults.extend([fault] * 3)
    receipt = fetch_features(settings)
    assert (receipt.found_by_id, receipt.missing, receipt.calls) == (100, 0, 6)


@pytest.mark.parametrize(
    ("fault", "n", "error"),
    [
        ((429, "{}", {"Retry-After": "3600"}), 1, WaitError),
        ((429, "{}", {}), 5, WaitError),
        ((500, "", {}), 5, ApiError),
        ((200, "no json", {}), 5, ApiError),
        ((400, "{}", {}), 1, ApiError),
        ((302, "", {"Location": "https://example.com"}), 1, ApiError),
    ],
)
def test_what_does_not_pass_ends_the_run_and_the_next_goes_on(
    settings: Settings,
    provider: FakeReccoBeats,
    query: Query,
    fault: tuple[int, str, dict[str, str]],
    n: int,
    error: type[Exception],
) -> None:
    know(provider, *range(100))
    good = provider.answer([identity(n) for n in range(40)])
    provider.faults.extend([good, *[fault] * n])
    receipt = fetch_features(settings)
    assert isinstance(receipt.postponed, error)
    assert (receipt.found_by_id, receipt.missing, receipt.left) == (40, 0, 60)
    assert query("select count(*) from raw.missing_features") == [(0,)]
    assert fetch_features(settings).found_by_id == 60


def test_nobody_there(settings: Settings, provider: FakeReccoBeats, query: Query) -> None:
    provider.__exit__()
    receipt = fetch_features(settings)
    assert isinstance(receipt.postponed, ApiError)
    assert "cannot be reached" in receipt.postponed.message
    assert query("select count(*) from raw.missing_features") == [(0,)]


def test_calls_keep_their_distance(settings: Settings, provider: FakeReccoBeats) -> None:
    slow = load_settings(home=settings.home, reccobeats_url=provider.url, reccobeats_pause_seconds=0.2)
    began = time.monotonic()
    assert fetch_features(slow).calls == 3
    assert time.monotonic() - began >= 0.4
    assert Settings(home=settings.home).reccobeats_pause_seconds == 1


def test_another_place_can_only_be_on_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SPOTIFLOW_RECCOBEATS_URL", "https://example.com")
    with pytest.raises(InputError, match="127"):
        load_settings(home=tmp_path)


def test_the_command(settings: Settings, provider: FakeReccoBeats, run_cli: RunCli) -> None:
    know(provider, *range(100))
    provider.faults.extend(
        [provider.answer([identity(n) for n in range(40)]), (429, "", {"Retry-After": "99"})]
    )
    places = {"SPOTIFLOW_RECCOBEATS_URL": provider.url, "SPOTIFLOW_RECCOBEATS_PAUSE_SECONDS": "0.001"}
    words = ("ingest", "features", "--provider", "reccobeats")
    done = run_cli(*words, check=False, **places)
    assert done.returncode == 4
    assert "40 by id" in done.stdout
    assert "try again after" in done.stderr
    assert run_cli(*words, "--json", **places).returncode == 0
    assert run_cli("ingest", "features", "--provider", "other", check=False).returncode == 2
    assert run_cli("ingest", "features", check=False).returncode == 2


def test_the_receipt(settings: Settings, provider: FakeReccoBeats) -> None:
    know(provider, 0)
    receipt: FetchReceipt = fetch_features(settings)
    console = Console(width=110)
    with console.capture() as capture:
        console.print(render_fetched(receipt))
    assert "100 tracks, 3 calls; 0 left" in capture.get()
    assert "1 of 100 tracks heard are measured (1%), 2% of the rows" in capture.get()
