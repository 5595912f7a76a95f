"""Spotify's privacy exports: account data and extended streaming history, of every generation."""

from spotiflow.ingest.exports.reader import import_exports

__all__ = ["import_exports"]
