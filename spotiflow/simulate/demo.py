"""The inputs of `spotiflow demo`: a catalogue and one listener's export, as Kaggle and Spotify have them."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from spotiflow.core.errors import UsageError
from spotiflow.simulate.catalogue import make_world, publish
from spotiflow.simulate.catalogue_file import write_catalogue
from spotiflow.simulate.clock import epoch
from spotiflow.simulate.export_files import write_export
from spotiflow.simulate.export_rows import (
    Row,
    music_rows,
    near_duplicates,
    spoken_rows,
)
from spotiflow.simulate.habits import Habits
from spotiflow.simulate.listening import listen
from spotiflow.simulate.playback import observe
from spotiflow.simulate.population import Listener, draw_listener
from spotiflow.simulate.spoken import speak
from spotiflow.simulate.world import World

# A fixed last day: the demo shows the same figures whenever it runs.
DEFAULT_UNTIL = date(2026, 10, 31)
_FAVOURITES = 3
_SPOKEN_SHARE = 0.05
_NEAR_DUPLICATES = 4
# Every so-many-th row went to the video file instead: music videos and filmed podcasts.
_VIDEO_MUSIC, _VIDEO_SPOKEN = 3, 4


@dataclass(frozen=True)
class DemoInputs:
    """What was written: `n_rows` in all history files, `n_music_rows` of them music, `n_catalogue_rows`."""

    export_zip: Path
    catalogue_csv: Path
    n_rows: int
    n_music_rows: int
    n_catalogue_rows: int
    listener: Listener
    first_day: date
    last_day: date

    @property
    def time_zone(self) -> str:
        """The listener's IANA time zone."""
        return self.listener.time_zone


def _every(rows: list[Row], n: int) -> tuple[list[Row], list[Row]]:
    """Take n rows out, evenly spread; return the rest and those taken."""
    taken = (
        set(np.linspace(0, len(rows) - 1, n + 2, dtype=int)[1:-1].tolist()) if len(rows) > 10 * n else set()
    )
    rest = [row for i, row in enumerate(rows) if i not in taken]
    return rest, [row for i, row in enumerate(rows) if i in taken]


def _history(
    rng: np.random.Generator, world: World, listener: Listener, habits: Habits, first: date, days: int
) -> tuple[list[Row], list[Row]]:
    """Simulate the listener and return the rows of the audio and the video file, each in order of `ts`."""
    plays = listen(rng, world, listener, habits, first=first, days=days)
    last_s = epoch(first + timedelta(days=days), ZoneInfo(listener.time_zone))
    spoken = speak(rng, listener, plays, first=first, days=days, share=_SPOKEN_SHARE, last_s=last_s)
    music = music_rows(rng, world, plays, observe(rng, plays), listener.country)
    music, clips = _every(music, _VIDEO_MUSIC)
    talk, filmed = _every(spoken_rows(spoken, listener.country), _VIDEO_SPOKEN)
    twice = near_duplicates(rng, music, _NEAR_DUPLICATES)
    audio = sorted(music + talk + twice, key=_moment)
    return audio, sorted(clips + filmed, key=_moment)


def _moment(row: Row) -> str:
    return str(row["ts"])


def write_demo_inputs(
    folder: Path,
    *,
    seed: int = 20,
    days: int = 365,
    until: date | None = None,
    catalogue_share: float | None = None,
) -> DemoInputs:
    """Write `my_spotify_data.zip` and `dataset.csv` into a folder; the same arguments give the same bytes.

    `days` local days end with `until` (default: a fixed date). `catalogue_share` is the share of newly picked
    tracks that the catalogue holds. Raises `UsageError` for less than a week.
    """
    if days < 7:
        raise UsageError(f"{days} days are too few to simulate a listener.", hint="Give 7 days or more.")
    last = until or DEFAULT_UNTIL
    first = last - timedelta(days=days - 1)
    habits = Habits() if catalogue_share is None else replace(Habits(), catalogue_share=catalogue_share)
    rng = np.random.default_rng(seed)
    world = make_world(rng)
    catalogue = publish(rng, world)
    listener = draw_listener(rng, world.genres, n_favourites=_FAVOURITES)
    audio, video = _history(rng, world, listener, habits, first, days)
    folder.mkdir(parents=True, exist_ok=True)
    export_zip, catalogue_csv = folder / "my_spotify_data.zip", folder / "dataset.csv"
    write_export(export_zip, audio, video, dated=last)
    return DemoInputs(
        export_zip=export_zip,
        catalogue_csv=catalogue_csv,
        n_rows=len(audio) + len(video),
        n_music_rows=sum(row["spotify_track_uri"] is not None for row in audio + video),
        n_catalogue_rows=write_catalogue(catalogue_csv, world, catalogue),
        listener=listener,
        first_day=first,
        last_day=last,
    )
