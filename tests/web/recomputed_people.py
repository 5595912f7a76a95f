"""The figures about everybody and about the data once more, by SQL of their own."""

from __future__ import annotations

from tests.web.recomputed_parts import ALL, gold

FIGURES: dict[str, dict[str, str]] = {
    "/people": {
        "everybody": """
            select o.listener_id, o.is_simulated, count(p.play_id), sum(p.ms_played) / 60000.0,
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
            select cast(date_trunc('month', date) as date) as m,
                sum(case state when 'complete' then 1 else 0 end),
                sum(case state when 'partial' then 1 else 0 end),
                    sum(case state when 'missing' then 1 else 0 end)
            from gold.history_completeness where listener_id = $listener and state <> 'none'
                group by m order by m
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
