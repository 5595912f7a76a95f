"""Ways into the raw tables: privacy exports, scrobbles, Spotify's API, the catalogue, audio features."""
