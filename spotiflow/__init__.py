"""Your Spotify listening as a local, tested, documented warehouse in one DuckDB file."""
