"""In listeners without any habit the front page finds next to nothing, in others what was planted."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from spotiflow.core.settings import load_settings
from spotiflow.report.gold.queries import Gold
from spotiflow.report.sections import findings, who
from spotiflow.warehouse.database import open_warehouse
from tests.dbt import listeners as made
from tests.dbt.project import run_dbt

pytestmark = pytest.mark.long
N_NULL, N_PLANTED = 200, 20
FIRST, DAYS = pd.Timestamp("2023-03-01"), 550
ARTISTS, EACH, GENRES = 120, 5, 12
# What a finding claims beyond a count; each may be said of one in twenty of those who have no such habit.
CLAIMS = ("year_change", "skips_by_familiarity", "weekend", "favourites", "genre")
TABLES = (
    "history_completeness", "listening_overview", "temporal_trends", "top_artists", "genre_mix",
    "weekend_vs_weekday", "skip_behaviour", "discovery_and_repeat",
)  # fmt: skip


def listener(name: str, seed: int, *, more_later: float = 1.0, favourites: float = 0.0) -> made.Listener:
    """Sessions at this listener's own hours of the week, in busy and quiet weeks, of any tracks of a library.

    more_later: how much busier the last year is. favourites: share of plays of ten artists only.
    """
    draw = np.random.default_rng(seed)
    tracks = made._tracks(name, draw, artists=ARTISTS, each=EACH)
    ids = tracks["track_id"].to_numpy()
    hours = draw.dirichlet(np.full(168, 0.3))
    sessions = []
    for week in range(DAYS // 7):
        monday = FIRST - pd.Timedelta(days=FIRST.day_of_week - 7 * week)
        rate = 4 * draw.gamma(8) / 8 * (more_later if monday.year == 2024 else 1)
        for hour in draw.choice(168, draw.poisson(rate), p=hours):
            start = monday + pd.Timedelta(hours=int(hour), minutes=int(draw.integers(30)))
            n = int(draw.geometric(1 / 6))
            any_track = draw.integers(len(ids), size=n)
            of_favourites = draw.integers(10 * EACH, size=n)
            chosen = np.where(draw.random(n) < favourites, of_favourites, any_track)
            sessions.append(made._session(start, ids[chosen], draw))
    plays = made._plays(sessions)
    return made.Listener(name, plays[plays["started_at"] >= FIRST], tracks)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The findings of each listener that hold, by name; none is left out because three others came before."""
    home = tmp_path_factory.mktemp("null")
    people = [listener(f"null{n:03d}_", n) for n in range(N_NULL)]
    people += [listener(f"more{n:03d}_", 1000 + n, more_later=3.0) for n in range(N_PLANTED)]
    people += [listener(f"few{n:03d}_", 2000 + n, favourites=0.6) for n in range(N_PLANTED)]
    made.write(home, people)
    settings = load_settings(home=home, threads=2)
    with open_warehouse(settings) as db:
        db.execute(_COVERED)
        db.execute("update raw.kaggle_tracks set track_genre = 'genre ' || hash(artists) % $n", {"n": GENRES})
        db.execute("update raw.listening_history set reason_end = 'fwdbtn' where hash(play_id) % 10 < 3")
    done = run_dbt(home, "run", "--select", *("+" + table for table in TABLES))
    assert done.success, [entry.message for entry in done.result or () if entry.status != "success"]
    with open_warehouse(settings, read_only=True) as db:
        gold = Gold(db)
        persons = [who.load(gold, person.name) for person in people]
        assert min(person.plays for person in persons) >= findings.GATE_PLAYS
        return {
            person.listener_id: [
                finding.key for candidate in findings.CANDIDATES if (finding := candidate(gold, person))
            ]
            for person in persons
        }


_COVERED = """
insert into raw.ingest_files by name
select 'r1' as run_id, listener_id, listener_id || '.json' as file_name, 'extended' as kind,
    'audio' as content_type, min(started_at) as covered_from, max(ended_at) as covered_to,
    count(*) as rows_read,
    count(*) as rows_kept, 0 as rows_known, 0 as rows_podcast, 0 as rows_audiobook, 0 as rows_video,
    0 as rows_skipped, 0 as rows_rejected, 'ok' as status
from raw.listening_history group by listener_id
"""


def test_of_nothing_a_finding_says_something_once_in_twenty_times(found: dict[str, list[str]]) -> None:
    said = Counter(key for name, keys in found.items() if name.startswith("null") for key in keys)
    assert {key: said[key] for key in CLAIMS if said[key] > 0.05 * N_NULL} == {}, said


def test_every_other_finding_is_a_count() -> None:
    names = {candidate.__name__ for candidate in findings.CANDIDATES}
    assert names == {"_year_change", "_skips_of_new", "_weekend", "_new_share", "_favourites", "_genre"}


@pytest.mark.parametrize(("group", "key"), [("more", "year_change"), ("few", "favourites")])
def test_a_planted_habit_is_found(found: dict[str, list[str]], group: str, key: str) -> None:
    said = [key in keys for name, keys in found.items() if name.startswith(group)]
    assert sum(said) >= 0.8 * N_PLANTED
