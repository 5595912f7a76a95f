"""The Kaggle Spotify Tracks Dataset: the catalogue with measured audio features."""

from spotiflow.ingest.kaggle.loader import load_kaggle
from spotiflow.ingest.kaggle.receipt import render
from spotiflow.ingest.kaggle.results import KaggleReceipt

__all__ = ["KaggleReceipt", "load_kaggle", "render"]
