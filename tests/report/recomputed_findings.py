"""The findings once more: their figures and n by other SQL over gold."""

from __future__ import annotations

from statistics import mean
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from tests.report.recomputed import Recomputed

Row = tuple[Any, ...]


class Answers:
    """Questions to gold about one listener."""

    def __init__(self, db: duckdb.DuckDBPyConnection, listener: str) -> None:
        self.db = db
        self.listener = listener

    def rows(self, sql: str) -> list[Row]:
        return self.db.execute(sql.replace("$me", "?"), [self.listener] * sql.count("$me")).fetchall()

    def row(self, sql: str) -> Row:
        return self.rows(sql)[0]

    def value(self, sql: str) -> Any:
        return self.row(sql)[0]


class RecomputedFindings:
    """A method per finding, named after its key, returns its figures and n."""

    def __init__(self, known: Recomputed) -> None:
        self.known = known

    def finding(self, key: str) -> dict[str, Any]:
        figures, n = getattr(self, f"_{key}")()
        return {"key": key, "figures": figures, "n": n}

    def _year_change(self) -> tuple[dict[str, Any], int]:
        days = self.known.rows(
            """select year(date), date, plays from history_completeness
            where listener_id = $me and state in ('complete', 'partial') order by date"""
        )
        last = days[-1][0]
        since = min(f"{day:%m-%d}" for year, day, _ in days if year == last - 1)
        until = max(f"{day:%m-%d}" for year, day, _ in days if year == last)
        counted: dict[int, dict[int, list[int]]] = {last - 1: {}, last: {}}
        for year, day, plays in days:
            if year in counted and since <= f"{day:%m-%d}" <= until:
                counted[year].setdefault(int(f"{day:%j}") // 7, []).append(plays)
        then, now = (mean(mean(week) for week in counted[year].values()) for year in (last - 1, last))
        figures = {
            "change": (now - then) / then,
            "plays_per_day": now,
            "plays_per_day_before": then,
            "year": last,
            "year_before": last - 1,
            "until": until,
        }
        return figures, sum(len(week) for weeks in counted.values() for week in weeks.values())

    def _skips_by_familiarity(self) -> tuple[dict[str, Any], int]:
        rows = self.known.rows(
            """select skips / n, ci_low, ci_high, n from skip_behaviour
            where listener_id = $me and dimension = 'familiarity' and ci_high is not null and definition =
                (select min(definition) from skip_behaviour where listener_id = $me and dimension = 'all')
            order by value"""
        )
        names = ("skip_share", "ci_low", "ci_high")
        figures = {f"{name}_first": value for name, value in zip(names, rows[0], strict=False)}
        figures |= {f"{name}_last": value for name, value in zip(names, rows[-1], strict=False)}
        return figures, rows[0][3] + rows[-1][3]

    def _weekend(self) -> tuple[dict[str, Any], int]:
        metric, low, high = self.known.row(
            """select metric, ci_low, ci_high from weekend_vs_weekday where listener_id = $me
            and metric in ('minutes', 'plays') and q_value < 0.05 order by q_value, metric limit 1"""
        )
        weekend, weekday, n = self.known.row(
            f"""select avg({metric}) filter (where is_weekend), avg({metric}) filter (where not is_weekend),
            count(*) from listening_sessions where listener_id = $me"""
        )
        figures = {"metric": metric, "difference": abs(weekend - weekday), "weekend": weekend}
        figures |= {
            "weekday": weekday,
            "ci_low": min(abs(low), abs(high)),
            "ci_high": max(abs(low), abs(high)),
        }
        return figures, n

    def _new_share(self) -> tuple[dict[str, Any], int]:
        new = self.known.new_tracks()
        assert new is not None
        return {"share": new["share"], "months": new["months"]}, new["tracks"]

    def _favourites(self) -> tuple[dict[str, Any], int]:
        plays, artists = self.known.row(
            "select plays, artists from listening_overview where listener_id = $me"
        )
        of_ten = self.known.value(
            "select sum(plays) from top_artists where listener_id = $me and period_kind = 'all' and rank < 11"
        )
        return {"share": of_ten / plays, "artists": artists, "favourites": 10}, plays

    def _genre(self) -> tuple[dict[str, Any], int]:
        known = self.known.value(
            "select sum(plays) from genre_mix where listener_id = $me and period_kind = 'all'"
        )
        plays = self.known.value("select plays from listening_overview where listener_id = $me")
        first = self.known.genres()["genres"][0]
        figures = {"genre": first["genre"], "share": first["plays"] / known, "known_share": known / plays}
        return figures, known
