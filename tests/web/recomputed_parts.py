"""What the SQL of several pages has in common."""

from __future__ import annotations

# Plays of the listener in the period; `$listener`, `$first` and `$last` are given.
MINE = "gold.listening_log as p where p.listener_id = $listener and p.date >= $first and p.date <= $last"
ALL = "gold.listening_log as p where p.listener_id = $listener"
PARTS = "(values ('night', 1), ('morning', 2), ('afternoon', 3), ('evening', 4)) as o(part, n)"


def gold(table: str, columns: str, rest: str = "order by all", where: str = "") -> str:
    """Return rows of a gold table as they are."""
    return f"select {columns} from gold.{table} as t where t.listener_id = $listener {where} {rest}"


def top(key: str, shown: str, artist: str = "") -> str:
    """Return a ranking of the period by plays: ties go to the longer listened, then to the smaller key."""
    by = "first(artist order by artist desc) as artist," if artist else ""
    return f"""
        with plays as (
            select {key} as key, {shown} as title, p.artist_name as artist, p.ms_played / 60000.0 as m
                from {MINE}
        ),
        named as (
            select key, max(title) as title, {by} count(*) as plays, sum(m) as minutes from plays
            where key[1] is not null group by key
        )
        select row_number() over (order by plays desc, minutes desc nulls last, key) as place, title,
            {"artist," if artist else ""} plays, minutes
        from named qualify place <= $depth order by place
    """


WEEK = ", ".join(f"count(*) filter (where p.day_of_week = {day})" for day in range(1, 8))
CLOCK = f"""
    select printf('%02d', h.hour), {WEEK}
    from range(24) as h(hour) left join (select * from {MINE}) as p on p.hour_of_day = h.hour
    group by h.hour order by h.hour
"""
CALENDAR = f"""
    select p.date, any_value(c.state), count(*), coalesce(sum(p.ms_played), 0) / 60000
    from (select * from {MINE}) as p
    inner join gold.history_completeness as c on c.listener_id = p.listener_id and c.date = p.date
    group by p.date order by p.date
"""
MONTHS = f"""
    select cast(m.start as date), count(p.play_id), coalesce(sum(p.ms_played), 0) / 60000
    from (
        select unnest(generate_series(date_trunc('month', greatest($first, min(date))),
            least($last, max(date)), interval 1 month)) as start
        from gold.temporal_trends where listener_id = $listener
    ) as m
    left join (select * from {MINE}) as p on date_trunc('month', p.date) = m.start
        group by m.start order by m.start
"""
DAY_COLUMNS = MONTHS.replace("interval 1 month", "interval 1 day").replace(
    "date_trunc('month', greatest", "(greatest"
)
DAY_COLUMNS = DAY_COLUMNS.replace("date_trunc('month', p.date)", "p.date")
ARTISTS = top("row(p.artist_name)", "p.artist_name")
TRACKS = top("row(p.track_id)", "p.track_name", "artist")
ALBUMS = top("row(p.album_name, p.artist_name)", "p.album_name", "artist")
HISTORY = """
    select s.state, count(c.date) from (values ('complete', 1), ('partial', 2), ('missing', 3)) as s(state, n)
    left join gold.history_completeness as c
        on c.state = s.state and c.listener_id = $listener and c.date between $first and $last
    group by s.state, s.n order by s.n
"""
MOODS = gold(
    "mood_category_shares", "mood_category, share, ci_low, ci_high, plays",
    """order by case mood_category when 'Happy_Energetic' then 1 when 'Happy_Calm' then 2 when 'Neutral'
    then 3 when 'Sad_Energetic' then 4 else 5 end""",
)  # fmt: skip


def genres(depth: int) -> str:
    """Return the genres of all plays whose genre is known."""
    return f"""
        select row_number() over (order by count(*) desc, coalesce(sum(p.ms_played), 0) desc,
            p.track_genre) as place,
            p.track_genre, count(*), sum(p.ms_played) / 60000.0, count(*) / sum(count(*)) over ()
        from {MINE} and p.track_genre is not null group by p.track_genre qualify place <= {depth}
            order by place
    """


DEPTHS = {"/": 10, "/top": 50}
TILES = f"""
    select count(*) as plays, sum(p.ms_played) / 60000.0 as minutes, count(distinct p.artist_name) as artists,
        count(distinct p.track_id) as tracks, count(distinct p.session_id) as sessions,
        count(distinct p.date) as days, avg(case when p.is_measured then 1.0 else 0.0 end) as measured_share
    from {MINE}
"""
