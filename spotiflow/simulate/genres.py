"""What the invented genres sound like: the centres around which artists and tracks are drawn.

The names are the catalogue's own genre slugs; the positions are rounded by hand to what such music sounds
like, not taken from any data set.
"""

from typing import NamedTuple


class Genre(NamedTuple):
    """The centre of a genre on Spotify's scales (loudness dB, tempo BPM, popularity 0..100, length s)."""

    name: str
    danceability: float
    energy: float
    loudness: float
    speechiness: float
    acousticness: float
    instrumentalness: float
    liveness: float
    valence: float
    tempo: float
    popularity: float
    seconds: float
    explicit_share: float
    may_be_silent: bool = False


GENRES: tuple[Genre, ...] = (
    Genre("acoustic", 0.55, 0.42, -9.5, 0.04, 0.62, 0.004, 0.15, 0.42, 118, 42, 214, 0.03),
    Genre("ambient", 0.32, 0.18, -19.0, 0.04, 0.85, 0.70, 0.12, 0.14, 108, 41, 240, 0.0, True),
    Genre("blues", 0.57, 0.57, -9.0, 0.05, 0.42, 0.004, 0.18, 0.62, 117, 31, 222, 0.03),
    Genre("chill", 0.68, 0.42, -10.5, 0.09, 0.55, 0.02, 0.15, 0.40, 114, 52, 168, 0.14),
    Genre("classical", 0.36, 0.14, -21.0, 0.04, 0.95, 0.50, 0.15, 0.34, 106, 20, 236, 0.0, True),
    Genre("country", 0.56, 0.60, -7.2, 0.04, 0.28, 0.001, 0.16, 0.53, 124, 38, 204, 0.02),
    Genre("dance", 0.70, 0.72, -5.5, 0.07, 0.11, 0.001, 0.17, 0.56, 121, 46, 196, 0.14),
    Genre("disco", 0.69, 0.75, -7.6, 0.06, 0.12, 0.004, 0.18, 0.72, 121, 34, 246, 0.01),
    Genre("drum-and-bass", 0.53, 0.90, -4.3, 0.08, 0.02, 0.25, 0.21, 0.29, 166, 28, 278, 0.08),
    Genre("electronic", 0.67, 0.71, -7.2, 0.07, 0.12, 0.10, 0.16, 0.38, 123, 43, 233, 0.08),
    Genre("folk", 0.52, 0.40, -10.6, 0.04, 0.68, 0.01, 0.15, 0.43, 119, 40, 224, 0.02),
    Genre("funk", 0.74, 0.68, -7.8, 0.09, 0.22, 0.01, 0.16, 0.74, 113, 36, 232, 0.08),
    Genre("hip-hop", 0.75, 0.68, -6.2, 0.19, 0.17, 0.001, 0.18, 0.53, 112, 46, 205, 0.46),
    Genre("house", 0.73, 0.79, -6.3, 0.06, 0.06, 0.15, 0.16, 0.52, 124, 34, 226, 0.04),
    Genre("indie-pop", 0.60, 0.56, -8.0, 0.05, 0.35, 0.01, 0.16, 0.46, 121, 42, 208, 0.09),
    Genre("jazz", 0.50, 0.29, -13.5, 0.05, 0.80, 0.06, 0.15, 0.47, 113, 24, 232, 0.0),
    Genre("latin", 0.74, 0.73, -5.2, 0.09, 0.20, 0.001, 0.16, 0.66, 118, 44, 208, 0.19),
    Genre("metal", 0.44, 0.90, -5.0, 0.08, 0.01, 0.02, 0.21, 0.33, 130, 44, 256, 0.16),
    Genre("piano", 0.42, 0.22, -17.5, 0.04, 0.90, 0.62, 0.13, 0.27, 112, 44, 186, 0.0, True),
    Genre("pop", 0.64, 0.64, -6.4, 0.06, 0.28, 0.001, 0.16, 0.51, 120, 54, 206, 0.15),
    Genre("punk-rock", 0.49, 0.87, -5.4, 0.07, 0.02, 0.002, 0.22, 0.58, 142, 38, 188, 0.14),
    Genre("reggae", 0.74, 0.64, -6.8, 0.12, 0.20, 0.002, 0.17, 0.72, 118, 30, 224, 0.08),
    Genre("rock", 0.53, 0.73, -6.8, 0.05, 0.14, 0.01, 0.18, 0.51, 124, 44, 230, 0.04),
    Genre("soul", 0.64, 0.52, -8.2, 0.06, 0.42, 0.004, 0.15, 0.55, 112, 36, 218, 0.06),
)
