"""Models that know nothing of a track but its names: title, album and artist."""
