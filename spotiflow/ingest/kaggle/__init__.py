"""The Kaggle Spotify Tracks Dataset: the catalogue with measured audio features."""

from ingest.kaggle.loader import load_kaggle
from ingest.kaggle.receipt import render
from ingest.kaggle.results import KaggleReceipt

__all__ = ["KaggleReceipt", "load_kaggle", "render"]
