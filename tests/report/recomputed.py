"""Every value of the report once more, by other SQL over gold, wherever possible from another table."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Any

from tests.report.recomputed_findings import RecomputedFindings, Row
from tests.report.recomputed_sources import RecomputedSources


class Recomputed(RecomputedSources):
    """Answers for one listener, section by section."""

    def report(self, finding_keys: list[str]) -> dict[str, Any]:
        findings = RecomputedFindings(self)
        return {
            "who": self.who(),
            "findings": [findings.finding(key) for key in finding_keys],
            "rankings": [self.ranking(kind) for kind in ("artist", "album", "track")],
            "clock": {"cells": self.clock()},
            "years": {"years": self.years()} | self.span(),
            "genres": self.genres(),
            "habits": self.habits(),
            "mood": self.mood(),
            "sources": self.sources(),
            "models": {"models": self.models()},
        }

    def who(self) -> dict[str, Any]:
        plays = self.value(
            "select coalesce(sum(play_count), 0) from listening_patterns_by_time where listener_id = $me"
        )
        first, last, minutes, active = self.row(
            """select min(date), max(date), coalesce(sum(minutes), 0), count(*) from temporal_trends
            where listener_id = $me and total_plays > 0"""
        )
        states: dict[str, int] = dict(
            self.rows("select state, count(*) from history_completeness where listener_id = $me group by 1")
        )
        tracks = self.value(
            "select coalesce(sum(tracks), 0) from feature_source_coverage where listener_id = $me"
        )
        return {
            "listener_id": self.listener,
            "is_simulated": self.value("select is_simulated from listening_overview where listener_id = $me"),
            "plays": plays,
            "minutes": minutes,
            "ms_played_share": self.value(
                """select sum(plays * ms_played_share) / sum(plays) from history_completeness
                where listener_id = $me and plays > 0"""
            ),
            "tracks": tracks,
            "artists": self.value(
                "select coalesce(sum(new_artists), 0) from discovery_and_repeat where listener_id = $me"
            ),
            "sessions": self.value("select count(*) from listening_sessions where listener_id = $me"),
            "active_days": active,
            "complete_days": states.get("complete", 0),
            "partial_days": states.get("partial", 0),
            "unknown_days": states.get("unknown", 0),
            "missing_days": states.get("missing", 0),
            "measured_share": self.measured_share(),
            "skip_definition": self.value(
                "select min(definition) from skip_behaviour where listener_id = $me"
            ),
            "first_date": first,
            "last_date": last,
            "days_over_24_hours": self.value(
                "select count(*) from temporal_trends where listener_id = $me and minutes > 1440"
            ),
        }

    def span(self) -> dict[str, Any]:
        first, last = self.row("select min(date), max(date) from temporal_trends where listener_id = $me")
        return {"first_date": first, "last_date": last}

    def ranking(self, kind: str) -> dict[str, Any]:
        artist = "null" if kind == "artist" else "artist_name"
        rows = self.rows(
            f"""select rank, {kind}_name, {artist}, plays, minutes from top_{kind}s
            where listener_id = $me and period_kind = 'all' order by plays desc, rank limit 5"""
        )
        names = ("rank", "name", "artist", "plays", "minutes")
        entries = [dict(zip(names, row, strict=True)) for row in rows]
        known = self.albums_known() if kind == "album" else None
        kept = entries if known is None or known >= 0.5 else []
        return {"title": f"Top {kind}s", "entries": kept, "known_share": known}

    def albums_known(self) -> float | None:
        share: float | None = self.value(
            """select avg(case when album_name is null then 0 else 1 end) from listening_log
            where listener_id = $me"""
        )
        return share

    def clock(self) -> list[list[int]]:
        rows = self.rows(
            """select list(play_count order by hour_of_day) from listening_patterns_by_time
            where listener_id = $me group by day_of_week order by day_of_week"""
        )
        return [row[0] for row in rows] or [[0] * 24] * 7

    def years(self) -> list[dict[str, Any]]:
        rows = self.rows(
            """select year(date), sum(total_plays), sum(minutes), count(*) from temporal_trends
            where listener_id = $me and total_plays > 0 group by 1 order by 1"""
        )
        return [dict(zip(("year", "plays", "minutes", "days"), row, strict=True)) for row in rows]

    def genres(self) -> dict[str, Any]:
        rows = self.rows(
            """select track_genre, sum(plays), sum(plays) / sum(sum(plays)) over () from genre_mix
            where listener_id = $me and period_kind = 'month'
            group by 1 order by 2 desc, sum(minutes) desc, 1"""
        )
        plays = self.value("select sum(total_plays) from temporal_trends where listener_id = $me")
        return {
            "genres": [dict(zip(("genre", "plays", "share"), row, strict=True)) for row in rows[:5]],
            "known_share": sum(row[1] for row in rows) / plays if rows else None,
        }

    def habits(self) -> dict[str, Any]:
        skips = self.rows(
            """select definition, skips / n, ci_low, ci_high, n from skip_behaviour
            where listener_id = $me and dimension = 'all' order by definition"""
        )
        current = self.rows(
            """select days, started_date, ended_date from listening_streaks
            where listener_id = $me and is_current"""
        )
        dates = ("days", "started_date", "ended_date")
        names = ("definition", "skip_share", "ci_low", "ci_high", "n")
        return {
            "skips": [dict(zip(names, row, strict=True)) for row in skips],
            "new_tracks": self.new_tracks(),
            "longest_streak": self.longest_streak(),
            "current_streak": dict(zip(dates, current[0], strict=True)) if current else None,
            "comeback": self._extreme("comeback", "comeback_pause_days", ("days", "month"), "month_start"),
            "obsession": self._extreme(
                "week_obsession", "week_obsession_plays", ("plays", "week_end"), "week_obsession_date"
            ),
            "spoken": self.spoken(),
        }

    def spoken(self) -> list[dict[str, Any]]:
        months = self.rows("select content_type, minutes, streams from audio_ledger where listener_id = $me")
        kinds = [kind for kind in ("episode", "audiobook") if kind in {month[0] for month in months}]
        sums = [[sum(month[i] for month in months if month[0] == kind) for i in (1, 2)] for kind in kinds]
        return [
            {"content_type": kind, "minutes": minutes, "streams": streams}
            for kind, (minutes, streams) in zip(kinds, sums, strict=True)
        ]

    def new_tracks(self) -> dict[str, Any] | None:
        months = self.rows(
            """select new_tracks, tracks from discovery_and_repeat
            where listener_id = $me and history_days >= 90 order by month_start"""
        )[-12:]
        if not months:
            return None
        new, tracks = (sum(month[i] for month in months) for i in (0, 1))
        return {"new_tracks": new, "tracks": tracks, "share": new / tracks, "months": len(months)}

    def longest_streak(self) -> dict[str, Any] | None:
        days: list[Row] = self.rows(
            "select date, total_plays > 0 from temporal_trends where listener_id = $me order by date"
        )
        runs: list[tuple[int, date, date]] = []
        for listened, run in groupby(days, key=lambda row: row[1]):
            dates = [row[0] for row in run]
            if listened:
                runs.append((len(dates), dates[-1], dates[0]))
        if not runs:
            return None
        length, last, first = max(runs)
        return {"days": length, "started_date": first, "ended_date": last}

    def _extreme(self, what: str, measure: str, names: tuple[str, str], when: str) -> dict[str, Any] | None:
        rows = self.rows(
            f"""select {what}_track_name, {what}_artist_name, {measure}, {when} from discovery_and_repeat
            where listener_id = $me and {measure} is not null
            qualify {measure} = max({measure}) over () order by month_start desc"""
        )
        return dict(zip(("name", "artist", *names), rows[0], strict=True)) if rows else None

    def mood(self) -> dict[str, Any]:
        rows = self.rows(
            """select mood_category, plays / nullif(n_measured, 0), ci_low, ci_high, plays
            from mood_category_shares where listener_id = $me
            order by list_position(['Happy_Energetic', 'Happy_Calm', 'Neutral', 'Sad_Energetic', 'Sad_Calm'],
                mood_category)"""
        )
        names = ("mood_category", "share", "ci_low", "ci_high", "plays")
        reasons = self.rows("select any_value(reason) from mood_category_shares where listener_id = $me")
        return {
            "zones": [dict(zip(names, row, strict=True)) for row in rows],
            "n_measured": sum(row[4] for row in rows),
            "measured_share": self.measured_share(),
            "reason": reasons[0][0],
        }

    def measured_share(self) -> float | None:
        share: float | None = self.value(
            """select sum(play_count * measured_share) / sum(play_count) from listening_patterns_by_time
            where listener_id = $me and play_count > 0"""
        )
        return share

    def models(self) -> list[dict[str, Any]]:
        asked = (
            ("valence_audio", "mood_prediction_seed", "r2"),
            ("energy_audio", "energy_forecast_seed", "r2"),
            ("mood_category", "mood_classifier_seed", "macro_f1"),
        )
        found = [
            (self._measured(model, metric), self._measured(seed, metric)) for model, seed, metric in asked
        ]
        names = ("model", "dataset", "split", "metric", "value", "n", "ci_low", "ci_high", "baseline_name")
        return [
            dict(zip((*names, "baseline_value"), ours, strict=True))
            | {"seed_value": theirs[4] if theirs else None, "verdict": _verdict(*ours[6:8], *ours[8:10])}
            for ours, theirs in found
            if ours
        ]

    def _measured(self, model: str, metric: str) -> Row | None:
        rows = self.rows(
            f"""select model, dataset, split, metric, value, n, ci_low, ci_high, baseline_name, baseline_value
            from model_performance_metrics where listener_id = '-' and split = 'artist_grouped_test'
                and slice = 'all' and model = '{model}' and metric = '{metric}'
            order by is_champion desc, trained_at desc"""
        )
        return rows[0] if rows else None


def _verdict(low: float, high: float, name: str, baseline: float) -> str:
    name = name.removeprefix("train_")
    if baseline < low:
        return "clear gain"
    return f"worse: the {name} is used" if high < baseline else f"no clear gain: the {name} is used"
