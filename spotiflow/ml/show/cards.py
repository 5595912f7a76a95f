"""Model cards: a page of Markdown beside each model file, made from what was stored about it."""

from __future__ import annotations

import pandas as pd

from spotiflow.core.settings import Settings
from spotiflow.ml.engine.model_files import write_file
from spotiflow.ml.engine.store import TrainingOutput
from spotiflow.ml.engine.versions import Version

PURPOSES = {
    "valence_audio": "Predicts Spotify's `valence` of a track from its other audio features.",
    "energy_audio": "Predicts Spotify's `energy` of a track from its other audio features.",
    "mood_category": "Gives the probability of each mood zone for a track without valence or energy. "
    "Where both are known, the zone follows by rule and no model is used.",
    "mood_prediction_seed": "The earlier system's valence model, kept only to be compared with.",
    "energy_forecast_seed": "The earlier system's energy model, kept only to be compared with.",
    "mood_classifier_seed": "The earlier system's mood model, kept only to be compared with.",
    **{
        f"{target}_names_artist": f"Predicts `{target}` of a track from title, album and an artist that the "
        "catalogue knows."
        for target in ("valence", "energy")
    },
    **{
        f"{target}_names": f"Predicts `{target}` of a track from its names alone, the artist being unknown."
        for target in ("valence", "energy")
    },
    **{
        f"{target}_names_genre": f"Predicts `{target}` of a track from its names and its genre."
        for target in ("valence", "energy")
    },
    "features_names": "Reads names for the models that were made with it, and predicts the other features.",
    **{
        f"{target}_listener": f"Predicts `{target}` of a listener's unmeasured tracks from names and neighbours."
        for target in ("valence", "energy")
    },
    "features_listener": "Predicts the other features of a listener's unmeasured tracks.",
    "daily_forecast": "Forecasts the mean valence and energy of a listener's next days of listening.",
    "session_forecast": "Forecasts the mean valence and energy of a listener's next session.",
    "relisten": "Ranks the tracks a listener knows by how likely they play them again, from when they did.",
    "discovery": "Proposes tracks a listener never streamed, from artists, genres and popularity. "
    "Sound finds nothing by itself and only spreads the list.",
    "track_vectors": "Places tracks by their sound, so that near ones sound alike.",
    "zones": "Divides the measured tracks of a listener, and says whether the parts are clusters at all.",
}
LIMITS = """- Valence and energy describe the music, not the person who listens. This is not \
for health or any decision about a person.
- The zone Happy_Calm is rare (about 3 % of tracks) and seldom found. Live recordings, spoken word and \
noise are predicted badly. The catalogue has 1,000 tracks per genre, a person's listening has not.
- A predicted valence is weak evidence: its 90 % interval spans more than half of the scale."""


def write_cards(settings: Settings, output: TrainingOutput) -> None:
    """Write the card of every new version beside its file."""
    for version in output.versions:
        metrics = [rows for rows in output.metrics if version.version in set(rows["version"])]
        known = pd.concat(metrics, ignore_index=True) if metrics else pd.DataFrame()
        card = model_card(version, known[known["model"] == version.model] if len(known) else known)
        write_file(settings.models_dir, str(version.card), card.encode())


def model_card(version: Version, metrics: pd.DataFrame) -> str:
    """Return the card of a version as Markdown. metrics: its rows of ml.model_metrics, if any yet."""
    parts = [
        f"# {version.model} {version.version}",
        PURPOSES.get(version.model, ""),
        "## How it was made\n\n" + _table(["what", "value"], _made_from(version, metrics)),
        "## How good it is\n\n" + _table(_METRIC_HEAD, [_metric(row) for _, row in metrics.iterrows()]),
        "## What it is not for, and where it fails\n\n" + LIMITS,
    ]
    return "\n\n".join(parts) + "\n"


_METRIC_HEAD = ["dataset", "split", "slice", "metric", "value", "95 % interval", "n", "baseline"]


WEB_API = {
    False: "none: kept out, as Spotify's Developer Policy (III.14) asks",
    True: "included by your own choice, which Spotify's Developer Policy (III.14) forbids",
}
# What the figures of each dataset were measured on.
DATASETS = {
    "catalogue": "Kaggle Spotify Tracks, ODbL 1.0",
    "listener": "your own listening history",
    "simulated": "invented tracks and listeners (simulated)",
}


def _made_from(version: Version, metrics: pd.DataFrame) -> list[list[str]]:
    datasets = sorted(set(metrics["dataset"])) if len(metrics) else []
    return [
        ["data", "; ".join(DATASETS[name] for name in datasets) or "no figures yet"],
        ["content of Spotify's Web API", WEB_API[version.has_web_api_content]],
        ["approach", version.training_approach],
        ["type", version.model_type],
        ["recipe", version.recipe],
        ["trained on", f"{version.train_size:,} rows"],
        ["inputs", ", ".join(version.features)],
        ["parameters", version.parameters],
        ["seed", str(version.seed)],
        ["split", version.split_id],
        ["data hash", version.data_hash],
        ["code", version.code_version],
        ["libraries", version.library_versions],
        ["file", f"{version.artifact}, sha256 {version.sha256}"],
        ["made", f"{version.created_at:%Y-%m-%d %H:%M} UTC"],
    ]


def _metric(row: pd.Series) -> list[str]:
    interval = f"{row['ci_low']:.4f} to {row['ci_high']:.4f}"
    baseline = f"{row['baseline_value']:.4f} ({row['baseline_name']})"
    numbers = [f"{row['value']:.4f}", interval, f"{row['n']:,}", baseline]
    return [row["dataset"], row["split"], row["slice"], row["metric"], *numbers]


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in line) + " |" for line in lines)
