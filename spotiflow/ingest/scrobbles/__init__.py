"""Scrobbles: what Last.fm and ListenBrainz were told of, from Spotify or any other player."""

from ingest.scrobbles.importer import import_scrobbles
from ingest.scrobbles.receipt import render

__all__ = ["import_scrobbles", "render"]
