"""Where the features come from once more: sources and predictions by other SQL over gold."""

from __future__ import annotations

from typing import Any

from tests.report.recomputed_findings import Answers


class RecomputedSources(Answers):
    """The section on sources for one listener."""

    def sources(self) -> dict[str, Any]:
        found = {
            row[0]: row
            for row in self.rows(
                """select feature_source, sum(record_count), sum(tracks),
                    sum(record_count) / sum(sum(record_count)) over ()
                from feature_source_coverage where listener_id = $me group by 1"""
            )
        }
        names = ("real", "kaggle", "synthetic", "unknown")
        rows = [found.get(name, (name, 0, 0, 0.0)) for name in names] if found else []
        catalogue = self.db.execute(
            "select max(n_rows), max(is_simulated) from catalogue_profile"
        ).fetchall()[0]
        return {
            "sources": [
                dict(zip(("feature_source", "plays", "tracks", "share"), row, strict=True)) for row in rows
            ],
            "catalogue_rows": catalogue[0] or 0,
            "is_catalogue_simulated": bool(catalogue[1]),
            "predicted": self.predicted(),
        }

    def predicted(self) -> dict[str, Any] | None:
        """Recompute from the rows by route, which are there only where predictions are on."""
        rows = self.rows(
            """select tracks, plays_share, avg_valence_standard_error, avg_energy_standard_error
            from feature_completion where listener_id = $me and feature_source = 'predicted'"""
        )
        tracks = sum(row[0] for row in rows)
        if not tracks:
            return None
        return {
            "tracks": tracks,
            "share": sum(row[1] for row in rows),
            "valence_standard_error": sum(row[0] * row[2] for row in rows) / tracks,
            "energy_standard_error": sum(row[0] * row[3] for row in rows) / tracks,
        }
