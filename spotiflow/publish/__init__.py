"""Gold and silver for other tools: PostgreSQL, Parquet, Delta Lake, CSV; the warehouse is only read."""

from spotiflow.publish.publishing import TARGETS, publish
from spotiflow.publish.results import PublishResult, render

__all__ = ["TARGETS", "PublishResult", "publish", "render"]
