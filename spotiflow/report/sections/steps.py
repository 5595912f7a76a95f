"""What to do next: at most three commands, the most useful one first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from spotiflow.report.drawing.canvas import QUIET, Canvas

if TYPE_CHECKING:
    from spotiflow.report.terminal import Report

SHOWN = 3
COMMAND_WIDTH = 46
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


def draw(report: Report, canvas: Canvas) -> list[Text]:
    """Return a line per command."""
    lines = [canvas.heading("Next")]
    for command, purpose in steps(report):
        lines.append(canvas.line(command.ljust(min(COMMAND_WIDTH, canvas.width // 2 + 6)), (purpose, QUIET)))
    return lines


def without_models(report: Report) -> str:
    """Return why there is no model yet, and the command that makes one."""
    if report.sources.catalogue_rows:
        return "None trained yet: spotiflow train."
    return "None yet: they learn from the Kaggle catalogue (spotiflow ingest kaggle archive.zip, then train)."
