"""Spotify's privacy exports: account data and extended streaming history, of every generation."""

from ingest.exports.importer import import_exports
from ingest.exports.receipt import render, to_dict
from ingest.exports.results import ExportReceipt

__all__ = ["ExportReceipt", "import_exports", "render", "to_dict"]
