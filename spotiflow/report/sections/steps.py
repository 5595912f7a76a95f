"""What to do next: at most three commands, the most useful one first."""

from __future__ import annotations

from spotiflow.report.sections.report import Report

SHOWN = 3
BRING_HISTORY = ("spotiflow ingest export my_spotify_data.zip", "bring your listening in")
BRING_CATALOGUE = ("spotiflow ingest kaggle archive.zip", "measured features for your tracks")
TRAIN = ("spotiflow train", "train the mood models")
TABLES = ("spotiflow tables", "what each table answers")
RECOMMEND = ("spotiflow recommend", "what to play again, what to discover")
ASK = ('spotiflow sql "from top_artists limit 10"', "ask your own question")


def steps(report: Report) -> list[tuple[str, str]]:
    """Return commands with what they are for."""
    wanted = []
    if not report.who.plays:
        wanted.append(BRING_HISTORY)
    if not report.sources.catalogue_rows:
        wanted.append(BRING_CATALOGUE)
    elif not report.models.models:
        wanted.append(TRAIN)
    if report.who.plays:
        wanted.append(RECOMMEND)
    return [*wanted, TABLES, ASK][:SHOWN]


def without_models(report: Report) -> str:
    """Return why there is no model yet, and the command that makes one."""
    if report.sources.catalogue_rows:
        return "None trained yet: spotiflow train."
    return "None yet: they learn from the Kaggle catalogue (spotiflow ingest kaggle archive.zip, then train)."
