"""The audio features of Spotify: the one list of them outside dbt, whose macros a test compares with it."""

from __future__ import annotations

# In the order of the dbt macro audio_features(), in which the synthetic generator draws them.
AUDIO_FEATURES = (
    "danceability",
    "energy",
    "valence",
    "acousticness",
    "instrumentalness",
    "speechiness",
    "liveness",
    "loudness",
    "tempo",
    "time_signature",
    "key",
    "mode",
)
# Those that lie between 0 and 1.
UNIT_FEATURES = AUDIO_FEATURES[:7]
# Those that have a mean: all but time signature, key and mode.
CONTINUOUS_FEATURES = AUDIO_FEATURES[:9]
