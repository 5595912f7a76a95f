"""Audio features from elsewhere: a person's own table, or ReccoBeats when asked."""

from ingest.features.enrich import fetch_features
from ingest.features.importer import import_features
from ingest.features.receipt import render_fetched, render_imported

__all__ = ["fetch_features", "import_features", "render_fetched", "render_imported"]
