"""Everything that is recommended to one listener: lists, playlists and paths, each row with its reason."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spotiflow.ml.data.features import Codes, Matrix
from spotiflow.ml.recommend import paths, playlists
from spotiflow.ml.recommend.activation import ranked
from spotiflow.ml.recommend.discovery import POPULARITY, discovered, most_popular, nearest_liked, scores
from spotiflow.ml.recommend.library import Candidates
from spotiflow.ml.recommend.listener_context import ListenerContext
from spotiflow.ml.recommend.places import Place, current, default_target
from spotiflow.ml.recommend.reasons import known_artist, new_artist, plays_text

AGAIN, NEW = "again", "new"
TOP_K = 100
# Tracks named as near to a new one.
NEAR_TRACKS = 2
# Smaller values would be 0.00.
LEAST_IN_TWO_DIGITS = 0.01


def recommended(context: ListenerContext) -> pd.DataFrame:
    """Return the rows of ml.recommendations: kind, rank, track_id, score, reason."""
    history = context.history
    again = ranked(history.plays, history.end, context.method, TOP_K)
    rows = [
        _rows(
            AGAIN,
            history.tracks["track_id"],
            again,
            context.activations,
            [context.habit.again(t) for t in again],
        )
    ]
    if context.candidates is not None:
        new, worth = _new(context, context.candidates)
        rows.append(
            _rows(NEW, context.candidates.tracks["track_id"], new, worth, reasons_for_new(context, new))
        )
    return pd.concat(rows, ignore_index=True)


def _new(context: ListenerContext, candidates: Candidates) -> tuple[Codes, Matrix]:
    """Return the places of the candidates to propose, and the worth of every one."""
    streamed, is_simulated = context.history.streamed, context.history.is_simulated
    if context.way_to_new == POPULARITY:
        return most_popular(candidates, streamed, TOP_K, is_simulated=is_simulated), candidates.popularity
    new = discovered(candidates, context.taste, streamed, TOP_K, is_simulated=is_simulated)
    return new, scores(candidates, context.taste)


def _rows(kind: str, track_ids: pd.Series, places: Codes, score: Matrix, reasons: list[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "kind": kind,
            "rank": np.arange(1, len(places) + 1),
            "track_id": track_ids.to_numpy(dtype=object)[places],
            "score": score[places],
            "reason": np.array(reasons, dtype=object),
        }
    )


def reasons_for_new(context: ListenerContext, places: Codes) -> list[str]:
    """Say for each candidate how well its artist is known, or what it is near to and how usual its genre."""
    candidates, taste = context.candidates, context.taste
    if candidates is None:
        return []
    near = nearest_liked(candidates, context.history, places, context.liked, NEAR_TRACKS)
    names = context.history.tracks["track_name"].to_numpy(dtype=object)
    reasons = []
    for row, place in enumerate(places):
        artist, genre = candidates.artist[place], candidates.genre[place]
        if taste.artist_plays[artist]:
            reasons.append(known_artist(int(taste.artist_plays[artist]), int(taste.artist_tracks[artist])))
            continue
        share = float(taste.genre_share[genre]) if genre >= 0 else 0.0
        popularity = round(100 * candidates.popularity[place])
        genre_name = context.genres[genre] if genre >= 0 else None
        reasons.append(new_artist([str(names[t]) for t in near[row]], genre_name, share, popularity))
    return reasons


def playlist_rows(context: ListenerContext) -> pd.DataFrame:
    """Return the rows of ml.playlists: the four by sound and the paths from where the listener is.

    Empty where too few tracks are measured.
    """
    if not playlists.enough(context.pool):
        return pd.DataFrame()
    frames = [by_sound_rows(context, playlists.playlist(context.pool, aim)) for aim in playlists.AIMS]
    start = current(context)
    target = default_target(context.pool, start)
    frames += [path_rows(context, name, start, target, paths.STEPS) for name in paths.PACES]
    return pd.concat(frames, ignore_index=True)


def by_sound_rows(context: ListenerContext, chosen: playlists.Chosen) -> pd.DataFrame:
    """Return the rows of a playlist by sound; each says where it stands among the listener's tracks."""
    aim = chosen.aim
    values = context.pool.sound[aim.lead][chosen.places]
    why = []
    for value, percentile in zip(values, chosen.percentile, strict=True):
        share = round(100 * percentile)
        stands = f"under {100 - share} %" if aim.is_low else f"above {share} %"
        shown = f"{value:.2f}" if value >= LEAST_IN_TWO_DIGITS else f"{value:.1g}"
        why.append(f"{aim.lead} {shown}, {stands} of your tracks")
    nothing = np.full(len(chosen.places), np.nan)
    return _playlist(context, aim.name, chosen.places, why, np.column_stack([nothing, nothing]))


def path_rows(context: ListenerContext, name: str, start: Place, target: Place, n_steps: int) -> pd.DataFrame:
    """Return the rows of a path; each says where it is on the way."""
    found = paths.path(context.pool, start.mood, target.mood, n_steps, paths.PACES[name])
    why = [
        f"step {step} of {n_steps} from {start.name} to {target.name}: "
        f"valence {valence:.2f}, energy {energy:.2f}"
        for step, (valence, energy) in enumerate(found.mood, start=1)
    ]
    return _playlist(context, name, found.places, why, found.waypoints)


def _playlist(
    context: ListenerContext, name: str, places: Codes, why: list[str], targets: Matrix
) -> pd.DataFrame:
    pool = context.pool
    own = context.history.tracks["track_id"].to_numpy(dtype=object)
    new = (
        np.array([])
        if context.candidates is None
        else context.candidates.tracks["track_id"].to_numpy(dtype=object)
    )
    track_ids, reasons = [], []
    for place, reason in zip(places, why, strict=True):
        if pool.is_new[place]:
            track_ids.append(new[pool.place[place]])
            reasons.append(f"{reason}; new to you")
        else:
            track_ids.append(own[pool.place[place]])
            reasons.append(f"{reason}; {plays_text(context.habit.plays[pool.place[place]])}")
    return pd.DataFrame(
        {
            "playlist_name": name,
            "position": np.arange(1, len(places) + 1),
            "track_id": np.array(track_ids, dtype=object),
            "why": np.array(reasons, dtype=object),
            "is_new": pool.is_new[places],
            "affinity": pool.affinity[places],
            "target_valence": targets[:, 0],
            "target_energy": targets[:, 1],
        }
    )
