"""Spotify's privacy exports: account data and extended streaming history, of every generation."""

from ingest.exports.importer import import_exports
from ingest.exports.receipt import render

__all__ = ["import_exports", "render"]
