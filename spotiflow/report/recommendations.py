"""The lists of `recommend`: from gold, with what a person has to know to judge them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from spotiflow.core import words
from spotiflow.core.settings import Settings
from spotiflow.report.gold.listeners import choose
from spotiflow.report.gold.queries import Gold, Query
from spotiflow.report.list_figures import backtests
from spotiflow.warehouse.database import open_warehouse

LISTS = Query(
    ("track_recommendations",),
    """
    select rank, kind, track_id, spotify_track_id, track_name, primary_artist as artist_name, track_genre,
        reason as why
    from gold.track_recommendations where listener_id = $listener and is_current
    qualify row_number() over (partition by kind order by rank) <= $n
    order by kind, rank
    """,
)
PLAYLIST = Query(
    ("personalized_playlist_suggestions",),
    """
    select position as rank, case when is_new_to_listener then 'new' else 'again' end as kind, track_id,
        spotify_track_id, track_name, artist_name, track_genre, why
    from gold.personalized_playlist_suggestions
    where listener_id = $listener and playlist_name = $playlist and position <= $n order by position
    """,
)
BACKTEST = Query(
    ("model_performance_metrics",),
    """
    select model, version, slice, metric, value, ci_low, ci_high, n, baseline_name, baseline_value
    from gold.model_performance_metrics
    where model in ('relisten', 'discovery') and listener_id = $listener
        and metric in ('recall_at_20', 'play_share_at_20', 'recall_at_100')
    qualify row_number() over (partition by model, slice, metric order by measured_at desc) = 1
    order by model desc, slice = 'all' desc, slice, metric desc
    """,
)
ABOUT = Query(
    ("listening_overview", "track_recommendations"),
    """
    select overview.measured_share, overview.plays, overview.is_simulated, lists.method, lists.way_to_new,
        lists.version, lists.history_to
    from gold.listening_overview as overview
    left join (
        select listener_id, max(history_to_at) as history_to,
            max(method) filter (where model = 'relisten') as method,
            max(method) filter (where model = 'discovery') as way_to_new,
            max(model_version) filter (where model = 'relisten') as version
        from gold.track_recommendations where is_current group by listener_id
    ) as lists using (listener_id)
    where listener_id = $listener
    """,
)
NEEDS_CATALOGUE = (
    "New tracks, playlists and paths take measured features: spotiflow ingest kaggle archive.zip"
)


@dataclass(frozen=True)
class Row:
    """One track with the reason it is there. kind: again or new. spotify_track_id: None where unknown."""

    rank: int
    kind: str
    track_id: str
    spotify_track_id: str | None
    track_name: str
    artist_name: str
    track_genre: str | None
    why: str


@dataclass(frozen=True)
class Recommendations:
    """What `recommend` shows. backtest: figures of both lists on held-out plays, as gold has them.

    method, way_to_new: what the lists of known and of new tracks are made by.
    """

    listener_id: str
    title: str
    rows: list[Row]
    is_simulated: bool
    measured_share: float | None
    method: str | None
    way_to_new: str | None
    version: str | None
    history_to: str | None
    backtest: list[dict[str, Any]]
    notes: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Return the lists as `--json` prints them."""
        return asdict(self)

    def render(self) -> RenderableType:
        """Return a table with its footer."""
        judged = backtests(self.backtest, {"relisten": self.method, "discovery": self.way_to_new})
        footer = [Text(line, style="dim") for line in (*judged, self._about())]
        return Group(Text(self.title, style="bold"), self._table(), *footer, *map(Text, self.notes))

    def _table(self) -> Table:
        table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold", expand=True)
        table.add_column("", justify="right", no_wrap=True)
        table.add_column("kind", no_wrap=True)
        for name, ratio in (("track", 6), ("artist", 4), ("genre", 3)):
            table.add_column(name, no_wrap=True, overflow="ellipsis", ratio=ratio)
        table.add_column("why", ratio=12)
        for row in self.rows:
            names = [words.clean(name or "") for name in (row.track_name, row.artist_name, row.track_genre)]
            table.add_row(str(row.rank), row.kind, *map(Text, names), Text(words.clean(row.why)))
        return table

    def _about(self) -> str:
        parts = [f"relisten {self.version}" if self.version else ""]
        if self.history_to:
            parts.append(f"history to {self.history_to}")
        share = words.share(self.measured_share) if self.measured_share is not None else "none"
        parts.append(f"measured {share} of plays")
        if self.is_simulated:
            parts.append("SIMULATED listener")
        return ", ".join(filter(None, parts))


def read_recommendations(
    settings: Settings, listener: str | None, *, playlist: str | None, n: int
) -> Recommendations:
    """Read the current lists of a listener, or one playlist of theirs, `n` rows of each kind.

    Raises as `report.listeners.choose` and `core.database.connect`.
    """
    with open_warehouse(settings, read_only=True) as db:
        gold = Gold(db)
        chosen = choose(gold, settings, listener)
        if playlist is None:
            found = gold.rows(LISTS, listener=chosen, n=n)
        else:
            found = gold.rows(PLAYLIST, listener=chosen, playlist=playlist, n=n)
        about = gold.first(ABOUT, listener=chosen) or {}
        backtest = gold.rows(BACKTEST, listener=chosen)
    rows = [Row(**row) for row in found]
    has_new = any(row.kind == "new" for row in rows)
    return Recommendations(
        listener_id=chosen,
        title=_title(chosen, playlist),
        rows=rows,
        is_simulated=bool(about.get("is_simulated")),
        measured_share=about.get("measured_share"),
        method=about.get("method"),
        way_to_new=about.get("way_to_new"),
        version=about.get("version"),
        history_to=f"{about['history_to']:%Y-%m-%d}" if about.get("history_to") else None,
        backtest=backtest,
        notes=[] if has_new or playlist else [NEEDS_CATALOGUE],
    )


def _title(listener: str, playlist: str | None) -> str:
    return f"{listener}: {playlist}" if playlist else f"{listener}: to play again, and to discover"
