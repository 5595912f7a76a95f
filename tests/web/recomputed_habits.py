"""The figures of what people do and what models say, once more by SQL of its own; `recomputed` has the rest."""

from __future__ import annotations

from tests.web.recomputed import ALL, PARTS, gold

HABITS_AND_MODELS: dict[str, dict[str, str]] = {
    "/habits": {
        "lengths": """
            select
                case when b.n = 12 then '180 min and more' else (b.n * 15) || ' to ' || (b.n * 15 + 15) || ' min' end,
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
                from {ALL} and date_trunc('month', p.date) >= date_trunc('month', $first) and p.date <= last_day($last)
                group by m
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
            from gold.audio_ledger
            where listener_id = $listener and month_start between date_trunc('month', $first) and $last
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
            "and week_start between $first - 6 and $last",
        ),
        "week-sound": gold(
            "wellbeing_indicators",
            "week_start, avg_valence, valence_ci_low, valence_ci_high, avg_energy, energy_ci_low,"
            " energy_ci_high, "
            "valence_inertia",
            "order by week_start",
            "and week_start between $first - 6 and $last",
        ),
        "triggers": gold(
            "mood_intervention_triggers",
            "week_start, metric, value, baseline_mean, baseline_weeks, q_value, consecutive_weeks,"
            " level, message",
            "order by week_start desc, metric limit 50",
            "and level is not null and week_start between $first - 6 and $last",
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
    "/people": {
        "everybody": """
            select o.listener_id, o.is_simulated, count(p.play_id),
                case when count(p.play_id) = 0 then 0 else sum(p.ms_played) / 60000.0 end,
                count(distinct p.artist_name), count(distinct p.track_id), count(distinct p.date),
                o.first_played_at, o.last_played_at, o.measured_share
            from gold.listening_overview as o left join gold.listening_log as p using (listener_id)
            group by all order by count(p.play_id) desc, o.listener_id
        """,
        **{
            f"all-{kind}": f"""
                select row_number() over (order by count(*) desc, coalesce(sum(ms_played), 0) desc,
                    {keys}) as place,
                    {title}, {artist}, count(*), sum(ms_played) / 60000.0
                from gold.listening_log where {key} is not null group by {keys}
                    qualify place <= 10 order by place
            """
            for kind, key, keys, title, artist in (
                ("artist", "artist_name", "artist_name", "artist_name", "null"),
                ("track", "track_id", "track_id", "max(track_name)", "max(artist_name)"),
                ("album", "album_name", "album_name, artist_name", "album_name", "artist_name"),
            )
        },
        "overlap": """
            select listener_id, other_listener_id, artists, shared_artists, shared_artist_share,
                shared_play_share,
                shared_tracks, taste_distance, reason
            from gold.household_overlap order by listener_id, other_listener_id
        """,
    },
    "/data": {
        "completeness": """
            with days as (
                select cast(date_trunc('month', date) as date) as m, state from gold.history_completeness
                where listener_id = $listener and state <> 'none'
            )
            select m, sum(case state when 'complete' then 1 else 0 end),
                sum(case state when 'partial' then 1 else 0 end), sum(case state when 'unknown' then 1 else 0 end),
                sum(case state when 'missing' then 1 else 0 end)
            from days group by m order by m
        """,
        "sources": f"select source, count(*), count(ms_played), min(date), max(date) from {ALL} "
        "group by source order by count(*) desc, source",
        "gaps": "select gap_started_at, gap_ended_at, reason, closed_at from raw.history_gaps "
        "where listener_id = $listener order by gap_started_at desc limit 50",
        "feature-sources": gold(
            "feature_source_coverage",
            "feature_source, match_method, is_measured, record_count, record_count / (select count(*) from "
            "gold.listening_log as p where p.listener_id = t.listener_id), tracks",
            "order by record_count desc, feature_source, match_method",
        ),
        "compared": gold(
            "feature_source_comparison",
            "feature, n_measured, n_synthetic, mean_measured, mean_synthetic, overlap",
            "order by feature",
        ),
        "catalogue": "select column_name, column_kind, n_rows, missing_share, n_distinct,"
        " n_out_of_range, n_outliers, "
        "mean, std_dev, median from gold.catalogue_profile order by column_name",
        "runs": "select stage, started_at, epoch(finished_at - started_at), status, detail "
        "from raw.stage_runs "
        "order by started_at desc limit 50",
        "imports": "select source, input, started_at, status from raw.ingest_runs "
        "order by started_at desc limit 50",
    },
}
