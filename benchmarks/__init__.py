"""Measured figures, apart from tests: `python -m benchmarks` or `make bench`."""
