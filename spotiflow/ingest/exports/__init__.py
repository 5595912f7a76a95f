"""Spotify's privacy exports: account data and extended streaming history, of every generation."""

from spotiflow.ingest.exports.importer import import_exports
from spotiflow.ingest.exports.receipt import render

__all__ = ["import_exports", "render"]
