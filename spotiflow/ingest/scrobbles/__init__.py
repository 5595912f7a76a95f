"""Scrobbles: what Last.fm and ListenBrainz were told of, from Spotify or any other player."""

from spotiflow.ingest.scrobbles.reader import import_scrobbles

__all__ = ["import_scrobbles"]
