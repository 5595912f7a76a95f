"""Large made-up histories, written by SQL alone: millions of plays in seconds."""

from __future__ import annotations

from dataclasses import dataclass

from spotiflow.core.settings import Settings
from spotiflow.ingest.history.play_id import PLAY_ID_SQL
from spotiflow.warehouse.database import open_warehouse


@dataclass(frozen=True)
class History:
    """How large a history is: plays and tracks of all listeners together, over so many days.

    The catalogue knows every `known_every`-th track. Few tracks are heard often and most of them seldom.
    Every fourth listener also has the last month from polling: the same plays told by two sources.
    """

    listeners: int
    plays: int
    tracks: int
    days: int = 3650
    known_every: int = 5

    @property
    def plays_each(self) -> int:
        """Plays of one listener."""
        return self.plays // self.listeners


# Of 44,000 tracks 40,000 are heard.
ONE_LISTENER = History(listeners=1, plays=200_000, tracks=44_000)
HOUSEHOLD = History(listeners=40, plays=10_000_000, tracks=400_000)
START = "timestamp '2015-01-01 06:00:00'"

# Plays in sessions of 13 or so; u, v, w are numbers of chance from 0 to 1, the same in every run. Longer
# pauses share out what is left of the days.
_PLAYS = f"""
insert into raw.listening_history by name
with numbered as (
    select
        l.listener, p.place,
        hash(l.listener, p.place) / 18446744073709551616.0 as u,
        hash(p.place, l.listener, 'skip') / 18446744073709551616.0 as v,
        hash('pause', p.place, l.listener) / 18446744073709551616.0 as w
    from range($listeners) as l(listener), range($plays) as p(place)
), chosen as (
    select *, cast((floor(u * u * u * $tracks) + listener * 7919) % $tracks as bigint) as track from numbered
), lengths as (
    select
        *, 150000 + track * 7919 % 120000 as duration_ms,
        cast(case when v < 0.2 then 3000 + v * 100000 else duration_ms end as bigint) as ms_played,
        case when w < 1 / 13.0 then 1800 + floor(w * 13 * 2 * $pause) else floor(v * 4) end as pause
    from chosen
), timed as (
    select
        *, {START} + to_seconds(cast(sum(pause + ceil(ms_played / 1000)) over (
            partition by listener order by place rows unbounded preceding
        ) as bigint)) as ended
    from lengths
), rows as (
    select
        'listener-' || listener as listener_id, 'extended' as source, 'track' as content_type,
        'spotify:track:' || lpad(track::varchar, 22, '0') as content_uri,
        lpad(track::varchar, 22, '0') as track_id, 'Song number ' || track as track_name,
        'Artist ' || track // 9 as artist_name, 'Album ' || track // 4 as album_name, ended as played_at,
        ended - to_milliseconds(ms_played) as started_at, ended as ended_at,
        'played_at_minus_ms_played' as started_at_source, 'second' as ended_at_precision, ms_played,
        duration_ms, 'android' as platform, 'DE' as country, w < 0.3 as shuffle, v < 0.2 as skipped,
        false as offline, false as is_private_session, 'trackdone' as reason_start,
        case when v < 0.2 then 'fwdbtn' else 'trackdone' end as reason_end,
        listener_id || '.json' as file_name, 'bench' as run_id, {START} as ingested_at
    from timed
)
select {PLAY_ID_SQL} as play_id, * from rows
qualify row_number() over (partition by play_id) = 1
"""

# What polling saw of a listener's last days: the same plays, told by another source without how long.
_POLLED = f"""
insert into raw.listening_history by name
with rows as (
    select
        listener_id, 'api' as source, content_type, content_uri, track_id, track_name, artist_name,
        album_name, played_at, started_at, ended_at, 'duration' as started_at_source, ended_at_precision,
        null::bigint as ms_played, duration_ms, 'bench' as run_id, ingested_at
    from raw.listening_history
    where ms_played >= 30000 and split_part(listener_id, '-', 2)::integer % 4 = 0
    qualify played_at > max(played_at) over (partition by listener_id) - interval 30 days
)
select {PLAY_ID_SQL} as play_id, * from rows
"""
# Sixty plays on the day after the last, as polling brings them; a few of tracks that were never heard.
_ONE_MORE_DAY = f"""
insert into raw.listening_history by name
with latest as (
    select * from raw.listening_history
    where source = 'extended' and ms_played >= 30000
    qualify row_number() over (partition by listener_id order by played_at desc, play_id) <= 60
), moved as (
    select
        * replace (
            played_at + interval 1 day as played_at, started_at + interval 1 day as started_at,
            ended_at + interval 1 day as ended_at, 'api' as source, null::bigint as ms_played,
            now()::timestamp as ingested_at,
            if(hash(play_id) % 10 = 0, 'new' || track_id[4:], track_id) as track_id
        )
    from latest
)
select * replace ({PLAY_ID_SQL} as play_id, 'spotify:track:' || track_id as content_uri) from moved
"""
_LISTENERS = f"""
insert into raw.listeners
select 'listener-' || listener, 'Listener ' || listener, 'person', {START}
from range($listeners) as l(listener)
"""
_TIME_ZONES = f"""
insert into raw.listener_time_zones
select
    'listener-' || listener, {START},
    ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Sydney'][1 + listener % 4]
from range($listeners) as l(listener)
"""
_FILES = """
insert into raw.ingest_files by name
select
    'bench' as run_id, listener_id, listener_id || '.json' as file_name, 'extended' as kind,
    'audio' as content_type, min(played_at) as covered_from, max(played_at) as covered_to,
    count(*) as rows_read, count(*) as rows_kept, 0 as rows_known, 0 as rows_podcast, 0 as rows_audiobook,
    0 as rows_video, 0 as rows_skipped, 0 as rows_rejected, 'ok' as status
from raw.listening_history where source = 'extended' group by listener_id
"""
_SHARES = ("danceability", "energy", "valence", "acousticness", "instrumentalness", "speechiness", "liveness")
_FEATURES = ", ".join(
    f"round({low} + {width} * (hash(n, '{name}') / 18446744073709551616.0), 4) as {name}"
    for name, low, width in [*((share, 0, 1) for share in _SHARES), ("loudness", -25, 25), ("tempo", 60, 120)]
)
_CATALOGUE = f"""
insert into raw.kaggle_tracks by name
select
    n // $known_every + 1 as row_number, lpad(n::varchar, 22, '0') as track_id,
    'Artist ' || n // 9 as artists, 'Song number ' || n as track_name, 'Album ' || n // 4 as album_name,
    n % 100 as popularity, 150000 + n * 7919 % 120000 as duration_ms, n % 11 = 0 as explicit,
    {_FEATURES},
    n % 5 // 4 + 3 as time_signature, n % 12 as key, n % 2 as mode, 'genre ' || n % 23 as track_genre,
    false as is_simulated, 'bench' as run_id, now()::timestamp as loaded_at
from range(0, $tracks, $known_every) as numbers(n)
"""


def write(settings: Settings, history: History) -> None:
    """Make a warehouse with that history, its listeners and a catalogue, nothing built."""
    sizes = {"listeners": history.listeners, "plays": history.plays_each, "tracks": history.tracks}
    listened_seconds = history.plays_each * 185
    pauses = history.plays_each / 13
    pause = max((history.days * 86400 - listened_seconds) / pauses - 1800, 0)
    with open_warehouse(settings) as db:
        db.execute(_PLAYS, sizes | {"pause": pause})
        db.execute(_POLLED)
        for statement in (_LISTENERS, _TIME_ZONES):
            db.execute(statement, {"listeners": history.listeners})
        db.execute(_FILES)
        db.execute(_CATALOGUE, {"tracks": history.tracks, "known_every": history.known_every})


def add_day(settings: Settings) -> None:
    """Add one more day: sixty plays of each listener, told by polling."""
    with open_warehouse(settings) as db:
        db.execute(_ONE_MORE_DAY)
