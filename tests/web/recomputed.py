"""Every figure of every page once more: the same rows by SQL of its own, mostly from the plays themselves."""

from __future__ import annotations

from tests.web import recomputed_people
from tests.web.recomputed_parts import (
    ALBUMS,
    ALL,
    ARTISTS,
    CALENDAR,
    CLOCK,
    HISTORY,
    MINE,
    MONTHS,
    MOODS,
    PARTS,
    TRACKS,
    genres,
    gold,
)

FIGURES: dict[str, dict[str, str]] = {
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
            with d as (select date, total_plays, new_tracks from gold.temporal_trends
                where listener_id = $listener)
            select date, total_plays,
                case when row_number() over (order by date) >= 7 then avg(total_plays) over (
                    order by date range between interval 6 days preceding and current row) end,
                case when row_number() over (order by date) >= 28 then avg(total_plays) over (
                    order by date range between interval 27 days preceding and current row) end,
                new_tracks
            from d qualify date between $first and $last order by date
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
            "and month_start between $first and $last",
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
            select m.track_genre, m.plays, m.share, g.n_tracks, g.avg_valence, g.avg_energy, g.avg_tempo
            from gold.genre_mix as m, gold.genre_profiles as g
            where g.track_genre = m.track_genre and m.listener_id = $listener and m.period_kind = 'all'
            order by m.rank limit 20
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
    "/habits": {
        "lengths": """
            select case when b.n = 12 then '180 min and more'
                else (b.n * 15) || ' to ' || (b.n * 15 + 15) || ' min' end,
                count(s.session_id)
            from range(13) as b(n) left join (
                select session_id, minutes from gold.listening_sessions
                where listener_id = $listener and listening_date between $first and $last
            ) as s on s.minutes >= b.n * 15 and (b.n = 12 or s.minutes < b.n * 15 + 15)
            group by b.n order by b.n
        """,
        "longest": gold(
            "listening_sessions",
            "local_started_at, minutes, plays, skips, artists",
            "order by minutes desc nulls last, session_id limit 10",
            "and listening_date between $first and $last",
        ),
        "skips-familiarity": gold(
            "skip_behaviour",
            "value, n, skips, skip_share, ci_low, ci_high, reason",
            "order by value",
            "and dimension = 'familiarity' and definition = (select skip_definition "
            "from gold.listening_overview "
            "as o where o.listener_id = t.listener_id)",
        ),
        "skips-hour-of-day": gold(
            "skip_behaviour",
            "value, n, skips, skip_share, ci_low, ci_high, reason",
            "order by value::int",
            "and dimension = 'hour_of_day' and definition = (select skip_definition "
            "from gold.listening_overview "
            "as o where o.listener_id = t.listener_id)",
        ),
        "new": f"""
            with months as (
                select cast(date_trunc('month', p.date) as date) as m, count(distinct p.track_id) as tracks,
                    count(distinct p.artist_name) as artists
                from {MINE} group by m
            )
            select m, months.tracks, d.new_tracks, d.new_tracks / months.tracks, months.artists, d.new_artists,
                d.comeback_tracks, d.week_obsession_track_name, d.week_obsession_artist_name,
                d.week_obsession_plays
            from months inner join gold.discovery_and_repeat as d on d.month_start = m
            where d.listener_id = $listener order by m
        """,
        "ledger": """
            select month_start, sum(case when content_type = 'track' then minutes else 0 end),
                sum(case when content_type = 'episode' then minutes else 0 end),
                sum(case when content_type = 'audiobook' then minutes else 0 end)
            from gold.audio_ledger where listener_id = $listener and month_start between $first and $last
            group by month_start order by month_start
        """,
        "streaks": f"""
            with days as (
                select p.date, count(*) as plays, sum(p.ms_played) / 60000.0 as minutes,
                    p.date - cast(row_number() over (order by p.date) as integer) as island
                from {ALL} group by p.date
            ),
            rows_ as (
                select min(date) as began, max(date) as ended, count(*) as days, sum(plays) as plays,
                    sum(minutes) as minutes
                from days group by island
            )
            select t.length_rank, r.began, r.ended, r.days, r.plays, r.minutes
            from rows_ as r inner join gold.listening_streaks as t on t.started_date = r.began
            where t.listener_id = $listener order by t.length_rank limit 10
        """,
        "segment": " union all ".join(
            f"select * from (select '{trait}' as trait, {trait}, {trait}_percentile "
            f"from gold.behavioral_segments "
            f"where listener_id = $listener and archetype is not null)"
            for trait in (
                "concentration",
                "novelty",
                "repetition",
                "effective_tracks",
                "skip_share",
                "regularity",
            )
        ),
        "weeks": gold(
            "wellbeing_indicators",
            "week_start, n_sessions, plays, minutes, repetition, novelty, night_share, regularity, reason",
            "order by week_start",
            "and week_start between $first and $last",
        ),
        "week-sound": gold(
            "wellbeing_indicators",
            "week_start, avg_valence, valence_ci_low, valence_ci_high, avg_energy, energy_ci_low,"
            " energy_ci_high, "
            "valence_inertia",
            "order by week_start",
            "and week_start between $first and $last",
        ),
        "triggers": gold(
            "mood_intervention_triggers",
            "week_start, metric, value, baseline_mean, baseline_weeks, q_value, consecutive_weeks,"
            " level, message",
            "order by week_start desc, metric limit 50",
            "and level is not null and week_start between $first and $last",
        ),
        "times": gold(
            "optimal_listening_times",
            "activity, part_of_day, n_sessions, n_matching, share, lift, ci_low, ci_high, q_value,"
            " recommendation, "
            "reason",
            f"order by activity, (select n from {PARTS} where part = t.part_of_day)",
        ),
    },
    "/for-you": {
        **{
            kind: gold(
                "track_recommendations",
                "rank, track_name, primary_artist, track_genre, reason",
                "order by rank limit 25",
                f"and is_current and kind = '{kind}'",
            )
            for kind in ("again", "new")
        },
        "backtest": """
            select model, metric, value, ci_low, ci_high, n, baseline_name, baseline_value
            from gold.model_performance_metrics as m
            where model in ('relisten', 'discovery') and slice = 'all' and listener_id = $listener
                and metric in ('recall_at_20', 'ndcg_at_20') and value is not null and measured_at = (
                    select max(measured_at) from gold.model_performance_metrics as n
                    where n.model = m.model and n.metric = m.metric and n.listener_id = m.listener_id
                        and n.slice = 'all' and n.value is not null)
            order by model desc, metric
        """,
        "playlists": gold(
            "personalized_playlist_suggestions",
            "playlist_name, position, track_name, artist_name, track_genre, why",
            "order by playlist_name, position",
            "and position <= 10",
        ),
        "lifting": gold(
            "mood_improvement_recommendations",
            "target_scenario, rank, track_name, artist_name, valence, energy, play_count, reason",
            "order by rank limit 40",
        ),
    },
    "/models": {
        "scores": """
            with m as (
                select * from gold.model_performance_metrics where slice = 'all' and listener_id = '-'
                    and value is not null and metric in ('r2', 'macro_f1') and split <> 'global_time'
            ),
            used as (
                select model, max(case when is_champion then 1 else 0 end) as c from m group by model
            )
            select m.model, dataset, split, metric, value, ci_low, ci_high, n, baseline_name, baseline_value,
                case
                    when ci_low is null or ci_high is null or baseline_value is null then 'not certain'
                    when ci_low > baseline_value then 'clear gain'
                    when ci_high < baseline_value then 'worse'
                    else 'no clear gain'
                end
            from m inner join used on used.model = m.model and (m.is_champion or used.c = 0)
            where trained_at is not distinct from (
                select max(trained_at) from m as n where n.model = m.model and (n.is_champion or used.c = 0)
            ) and split = (select min(split) from m as n where n.model = m.model
                and n.is_champion = m.is_champion)
            and metric = (select max(metric) from m as n where n.model = m.model)
            order by m.model
        """,
        "energy": """
            select target_date, horizon_days, predicted_energy, lower_90, upper_90, energy, n_measured,
                baseline_energy
            from gold.energy_forecasts as t where listener_id = $listener and horizon_days = (
                select min(horizon_days) from gold.energy_forecasts as n
                where n.listener_id = t.listener_id and n.target_date = t.target_date)
            order by target_date
        """,
        "predictions": """
            select cast(least(9, floor(predicted_valence * 10)) as integer) as step, count(*),
                sum(predicted_valence) / count(*),
                sum(valence) / count(*),
                sum(case when valence >= lower_90 and valence <= upper_90 then 1 else 0 end) / count(*)
            from gold.mood_predictions where listener_id = $listener and is_measured and valence is not null
            group by step order by step
        """,
        "classes": """
            select mood_category, sum(case method when 'rule' then 1 else 0 end),
                sum(case method when 'model' then 1 else 0 end), sum(case when is_unclear then 1 else 0 end)
            from gold.mood_classifications where listener_id = $listener group by mood_category
                order by mood_category
        """,
        "sessions": """
            select target, count(*), sum(case when observed is null then 0 else 1 end),
                avg(abs(observed - predicted)),
                avg(abs(observed - baseline)),
                avg(case when observed is null then null when observed between lower_90
                    and upper_90 then 1 else 0 end)
            from gold.session_forecasts where listener_id = $listener group by target order by target
        """,
        "completion": gold(
            "feature_completion",
            "feature_source, match_method, tracks, plays, plays_share, avg_valence_standard_error, "
            "avg_energy_standard_error",
            "order by plays desc, feature_source, match_method",
        ),
        "own": """
            select model, slice, split, metric, value, ci_low, ci_high, n, baseline_name, baseline_value
            from (
                select *, row_number() over (partition by model, slice, split, metric
                    order by is_champion desc, measured_at desc, version desc) as k
                from gold.model_performance_metrics where listener_id = $listener and value is not null
            ) where k = 1 order by model, slice, split, metric
        """,
    },
} | recomputed_people.FIGURES
