"""Scrobbles: what Last.fm and ListenBrainz were told of, from Spotify or any other player."""

from spotiflow.ingest.scrobbles.importer import import_scrobbles
from spotiflow.ingest.scrobbles.receipt import render

__all__ = ["import_scrobbles", "render"]
