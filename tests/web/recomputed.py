"""Every figure of every page once more: the same rows by SQL of its own, mostly from the plays themselves."""

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
    select p.date, any_value(c.state), count(*), sum(p.ms_played) / 60000.0
    from (select * from {MINE}) as p
    inner join gold.history_completeness as c on c.listener_id = p.listener_id and c.date = p.date
    group by p.date order by p.date
"""
MONTHS = f"""
    select cast(m.start as date), count(p.play_id),
        case when count(p.play_id) = 0 then 0 else sum(p.ms_played) / 60000.0 end
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
    select s.state, count(c.date) from (values ('complete', 1), ('partial', 2), ('unknown', 3),
    ('missing', 4)) as s(state, n)
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
    """Return the first genres of the period; a play counts in parts where its track has several."""
    return gold(
        "genre_mix",
        "row_number() over (order by plays desc, minutes desc, track_genre), track_genre, plays, minutes, "
        "plays / sum(plays) over ()",
        f"order by 1 limit {depth}",
        """and period_kind = $kind and (period_kind = 'all' or (
            date_trunc('day', period_start) = $first and period_start <= $last))""",
    )


HEARD: dict[str, dict[str, str]] = {
    "/": {
        "history": HISTORY,
        "clock": CLOCK,
        "months": MONTHS,
        "calendar": CALENDAR,
        "artist": ARTISTS,
        "track": TRACKS,
        "album": ALBUMS,
        "moods": MOODS,
        "genres": genres(8),
    },
    "/top": {"artist": ARTISTS, "track": TRACKS, "album": ALBUMS},
    "/when": {
        "course": """
            with d as (
                select date, total_plays as n, new_tracks from gold.temporal_trends where listener_id = $listener
            )
            select d.date, d.n,
                (select case when count(b.n) = 7 then avg(b.n) end from d as b
                    where b.date between d.date - 6 and d.date),
                (select case when count(b.n) = 28 then avg(b.n) end from d as b
                    where b.date between d.date - 27 and d.date),
                d.new_tracks
            from d where d.date between $first and $last order by d.date
        """,
        "calendar": CALENDAR,
        "clock": CLOCK,
        "parts": f"""
            select o.part, w.weekend, count(p.play_id), count(p.play_id) / (select count(*) from {ALL}),
                coalesce(sum(p.ms_played), 0) / 60000, count(distinct p.session_id)
            from {PARTS} cross join (values (false), (true)) as w(weekend)
            left join (select * from {ALL}) as p
                on p.part_of_day = o.part and (p.day_of_week >= 6) = w.weekend
            group by o.part, o.n, w.weekend having count(p.play_id) > 0 order by w.weekend, o.n
        """,
        "weekend": gold(
            "weekend_vs_weekday",
            "metric, mean_weekend, mean_weekday, difference, hedges_g, g_ci_low, g_ci_high, q_value, reason",
            "order by metric",
        ),
        "profile": f"""
            select o.part, t.n_sessions, (select count(*) from {ALL} and p.part_of_day = o.part),
                t.plays / (select count(*) from {ALL}), t.new_track_share, t.skip_share, t.top_artist,
                    t.top_genre
            from {PARTS} inner join gold.part_of_day_profile as t on t.part_of_day = o.part
            where t.listener_id = $listener order by o.n
        """,
        "anomalies": gold(
            "listening_anomalies",
            "period_start, period, metric, value, expected, q_value, severity, top_artist",
            "order by period_start desc, period, metric limit 100",
            "and period_start between $first and $last",
        ),
    },
    "/music": {
        "plane": f"""
            select v.x / 18, v.y / 18, count(*) from (
                select least(17, floor(p.valence * 18)) as x, least(17, floor(p.energy * 18)) as y
                from {MINE} and p.is_measured and p.valence + p.energy is not null
            ) as v group by v.x, v.y order by v.x, v.y
        """,
        "moods": MOODS,
        "by-month": gold(
            "music_by_month",
            "month_start, n_sessions, avg_valence, valence_ci_low, valence_ci_high, avg_energy,"
            " energy_ci_low, "
            "energy_ci_high, measured_share",
            "order by month_start",
            "and month_start between date_trunc('month', $first) and $last",
        ),
        "by-hour": gold(
            "mood_by_hour",
            "hour_of_day, sample_size, n_sessions, avg_valence, valence_ci_low, valence_ci_high, avg_energy, "
            "energy_ci_low, energy_ci_high, reason",
            "order by hour_of_day",
        ),
        "cycles": gold(
            "mood_time_correlations",
            "feature, period, n_sessions, r, amplitude, ci_low, ci_high, peak_hour, q_value, reason",
            "order by q_value nulls last, feature, period",
        ),
        "genres": genres(12),
        "genre-profiles": """
            select m.track_genre, m.plays, m.plays / (
                    select sum(plays) from gold.genre_mix as a where a.listener_id = $listener and a.period_kind = 'all'
                ), g.n_tracks, g.avg_valence, g.avg_energy, g.avg_tempo
            from gold.genre_mix as m, gold.genre_profiles as g
            where m.track_genre = g.track_genre and m.listener_id = $listener and m.period_kind = 'all'
            order by m.plays desc, m.minutes desc, m.track_genre limit 20
        """,
        "features": gold(
            "audio_feature_distributions",
            "feature_name, n, mean, std_dev, p05, p25, median, p75, p95, catalogue_mean,"
            " standardised_difference",
            "order by feature_name",
        ),
        "pairs": gold(
            "feature_correlations",
            "feature_a, feature_b, n_tracks, r, ci_low, ci_high, q_value, catalogue_r, reason",
            "order by feature_a, feature_b",
        ),
        "patterns": gold(
            "sequential_patterns",
            "from_mood, to_mood, occurrences, probability, expected_probability, lift, q_value",
            "order by from_mood, to_mood",
            "and pattern_length = 2",
        ),
        "zones": gold(
            "mood_state_clusters",
            "name, n_tracks, plays, play_share, valence, energy, tempo",
            "order by play_share desc, zone",
        ),
        "by-mood": f"""
            select mood_category, rank, title, artist, plays, valence, energy from (
                select p.mood_category, p.track_id, max(p.track_name) as title, max(p.artist_name) as artist,
                    count(*) as plays, max(p.valence) as valence, max(p.energy) as energy,
                    row_number() over (partition by p.mood_category order by count(*) desc,
                        coalesce(sum(p.ms_played), 0) desc, p.track_id) as rank
                from {ALL} and p.is_measured and p.mood_category is not null group by p.mood_category,
                    p.track_id
            ) where rank <= 5 order by mood_category, rank
        """,
    },
}
DEPTHS = {"/": 10, "/top": 50}
TILES = f"""
    select count(*) as plays, sum(p.ms_played) / 60000.0 as minutes, count(distinct p.artist_name) as artists,
        count(distinct p.track_id) as tracks, count(distinct p.session_id) as sessions,
        count(distinct p.date) as days, avg(case when p.is_measured then 1.0 else 0.0 end) as measured_share
    from {MINE}
"""
