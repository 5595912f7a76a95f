"""Fixtures for what is done with the listening of a person: the queries of the imports' tests."""

from tests.ingest.conftest import query

__all__ = ["query"]
