"""Audio features from elsewhere: a person's own table, or ReccoBeats when asked."""

from spotiflow.ingest.features.enrich import fetch_features
from spotiflow.ingest.features.importer import import_features
from spotiflow.ingest.features.receipt import render_fetched, render_imported

__all__ = ["fetch_features", "import_features", "render_fetched", "render_imported"]
