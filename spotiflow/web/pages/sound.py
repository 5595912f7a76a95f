"""Figures of `/music`: features, genres, what goes together and what follows what."""

from __future__ import annotations

from spotiflow.report.gold.queries import Query
from spotiflow.web import figures, words
from spotiflow.web.figure import Figure
from spotiflow.web.marks.cells import matrix
from spotiflow.web.marks.dots import Dot, dots
from spotiflow.web.pages.shared import MOODS, NO_MEASURE
from spotiflow.web.view import View
from spotiflow.web.words import Col, table

FEATURES = Query(
    ("audio_feature_distributions",),
    """
    select feature_name, n, mean, std_dev, p05, p25, median, p75, p95, catalogue_mean,
        standardised_difference, measured_share
    from gold.audio_feature_distributions where listener_id = $listener order by feature_name
    """,
)
ZONES = Query(
    ("mood_state_clusters",),
    """
    select name, n_tracks, plays, play_share, valence, energy, tempo, is_clustered, silhouette,
        silhouette_of_noise, stability
    from gold.mood_state_clusters where listener_id = $listener order by play_share desc, zone
    """,
)
PATTERNS = Query(
    ("sequential_patterns",),
    """
    select from_mood, to_mood, occurrences, probability, expected_probability, lift, q_value
    from gold.sequential_patterns where listener_id = $listener and pattern_length = 2
    order by from_mood, to_mood
    """,
)
BY_MOOD = Query(
    ("top_tracks_by_mood",),
    """
    select mood_category, rank_in_category, track_id, track_name, artist_name, play_count, valence, energy
    from gold.top_tracks_by_mood where listener_id = $listener and rank_in_category <= 5
    order by mood_category, rank_in_category
    """,
)
PAIRS = Query(
    ("feature_correlations",),
    """
    select feature_a, feature_b, n_tracks, r, ci_low, ci_high, q_value, catalogue_r, reason
    from gold.feature_correlations where listener_id = $listener order by feature_a, feature_b
    """,
)
GENRE_PROFILES = Query(
    ("genre_profiles", "genre_mix"),
    """
    select track_genre, profiles.n_tracks, profiles.avg_valence, profiles.avg_energy, profiles.avg_tempo,
        mix.plays, mix.share
    from gold.genre_profiles as profiles inner join gold.genre_mix as mix using (track_genre)
    where mix.listener_id = $listener and mix.period_kind = 'all' order by mix.rank limit 20
    """,
)


def features(view: View) -> Figure:
    """Return how the listener's sound differs from the catalogue's, in standard deviations."""
    title = "Your sound against the catalogue"
    rows = view.rows(FEATURES)
    data = [
        Dot(
            words.label(row["feature_name"]),
            row["standardised_difference"],
            None,
            None,
            f"{words.label(row['feature_name'])}: mean {words.decimal(row['mean'])}, catalogue "
            f"{words.decimal(row['catalogue_mean'])}, n = {row['n']:,}",
        )
        for row in rows
        if row["standardised_difference"] is not None
    ]
    return Figure(
        "features",
        title,
        f"whole history, in standard deviations; n = {rows[0]['n']:,} measured plays" if data else "",
        dots(data, title, "Right of the line: more than in the catalogue.", words.decimal, zero=0.0)
        if data
        else (),
        table(
            rows,
            Col("feature", "feature_name", words.label),
            Col("plays", "n", words.count),
            Col("mean", "mean", words.decimal),
            Col("deviation", "std_dev", words.decimal),
            Col("5 %", "p05", words.decimal),
            Col("25 %", "p25", words.decimal),
            Col("median", "median", words.decimal),
            Col("75 %", "p75", words.decimal),
            Col("95 %", "p95", words.decimal),
            Col("catalogue", "catalogue_mean", words.decimal),
            Col("difference", "standardised_difference", words.decimal),
        ),
        empty="" if data else NO_MEASURE,
    )


def pairs(view: View) -> Figure:
    """Return which features of the tracks go together."""
    title = "Which features go together"
    rows = view.rows(PAIRS)
    known = [row for row in rows if row["r"] is not None]
    names = sorted({row[key] for row in known for key in ("feature_a", "feature_b")})
    labels = {name: words.label(name) for name in names}
    cells = {}
    for row in known:
        told = (
            f"{labels[row['feature_a']]} and {labels[row['feature_b']]}: r {words.decimal(row['r'])} "
            f"({words.between(row['ci_low'], row['ci_high'])}), n = {row['n_tracks']:,} tracks"
        )
        for a, b in (("feature_a", "feature_b"), ("feature_b", "feature_a")):
            cells[labels[row[a]], labels[row[b]]] = (row["r"], words.decimal(row["r"]), told)
    shown = list(labels.values())
    return Figure(
        "pairs",
        title,
        f"correlations over n = {known[0]['n_tracks']:,} measured tracks; orange: the other way round"
        if known
        else "",
        matrix(shown, shown, cells, title, "Each feature against each other.") if known else (),
        table(
            rows,
            Col("feature", "feature_a", words.label),
            Col("and", "feature_b", words.label),
            Col("tracks", "n_tracks", words.count),
            Col("r", "r", words.decimal),
            Col("95 % from", "ci_low", words.decimal),
            Col("to", "ci_high", words.decimal),
            Col("q", "q_value", lambda value: words.decimal(value, 3)),
            Col("in the catalogue", "catalogue_r", words.decimal),
            Col("why nothing", "reason"),
        ),
        is_wide=True,
        empty="" if known else str(rows[0]["reason"]) if rows else NO_MEASURE,
    )


def patterns(view: View) -> Figure:
    """Return which mood follows which within a session, against chance."""
    title = "What follows what"
    rows = view.rows(PATTERNS)
    cells = {}
    for row in rows:
        if row["lift"] is None:
            continue
        told = (
            f"{MOODS[row['from_mood']]} then {MOODS[row['to_mood']]}: {words.share(row['probability'])}, "
            f"by chance {words.share(row['expected_probability'])}, n = {row['occurrences']:,}"
        )
        value = max(-1.0, min(1.0, row["lift"] - 1))
        cells[MOODS[row["from_mood"]], MOODS[row["to_mood"]]] = (value, f"{row['lift']:.2f}", told)
    shown = list(MOODS.values())
    short = {name: name.replace(", ", " ") for name in shown}
    return Figure(
        "patterns",
        title,
        "whole history, within sessions: how many times as often as by chance (rows first, columns next)",
        matrix(shown, shown, cells, title, f"{len(short)} moods by {len(short)}.") if cells else (),
        table(
            rows,
            Col("first", "from_mood", words.label),
            Col("next", "to_mood", words.label),
            Col("times", "occurrences", words.count),
            Col("share", "probability", words.share),
            Col("by chance", "expected_probability", words.share),
            Col("ratio", "lift", words.decimal),
            Col("q", "q_value", lambda value: words.decimal(value, 3)),
        ),
        empty="" if cells else NO_MEASURE,
    )


def zones(view: View) -> Figure:
    """Return the zones of sound, and whether they are more than a convention."""
    rows = view.rows(ZONES)
    about = ""
    if rows:
        said = (
            "the data fall into groups"
            if rows[0]["is_clustered"]
            else "the data fall into no groups of their own"
        )
        about = (
            f"Silhouette {words.decimal(rows[0]['silhouette'])}, of noise "
            f"{words.decimal(rows[0]['silhouette_of_noise'])}: {said}."
        )
    return figures.listing(
        "zones",
        "Zones of sound",
        table(
            rows,
            Col("zone", "name"),
            Col("tracks", "n_tracks", words.count),
            Col("plays", "plays", words.count),
            Col("share", "play_share", words.share),
            Col("valence", "valence", words.decimal),
            Col("energy", "energy", words.decimal),
            Col("tempo", "tempo", words.count),
        ),
        note="whole history, measured plays",
        about=about,
        empty="No zones yet: spotiflow train.",
        is_wide=False,
    )


def by_mood(view: View) -> Figure:
    """Return the most played measured tracks of each mood."""
    return figures.listing(
        "by-mood",
        "Most played of each mood",
        table(
            view.rows(BY_MOOD),
            Col("mood", "mood_category", words.label),
            Col("place", "rank_in_category", words.count),
            Col("track", "track_name", href=lambda row: view.of("track", row["track_id"])),
            Col("artist", "artist_name", href=lambda row: view.of("artist", row["artist_name"])),
            Col("plays", "play_count", words.count),
            Col("valence", "valence", words.decimal),
            Col("energy", "energy", words.decimal),
        ),
        note="whole history, measured tracks only",
        empty=NO_MEASURE,
    )


def genre_profiles(view: View) -> Figure:
    """Return what the catalogue says of the genres that are played."""
    return figures.listing(
        "genre-profiles",
        "What your genres sound like",
        table(
            view.rows(GENRE_PROFILES),
            Col("genre", "track_genre"),
            Col("plays", "plays", words.count),
            Col("share", "share", words.share),
            Col("catalogue tracks", "n_tracks", words.count),
            Col("valence", "avg_valence", words.decimal),
            Col("energy", "avg_energy", words.decimal),
            Col("tempo", "avg_tempo", words.count),
        ),
        note="means of the catalogue's tracks",
        empty="No play's genre is known.",
        is_wide=False,
    )
