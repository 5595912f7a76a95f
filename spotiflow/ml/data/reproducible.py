"""What makes two trainings give the same numbers: one seed, and one thread for each fit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

# One seed for every split, model and bootstrap.
SEED = 17
# How many models are fitted at a time. Each takes one thread, so results do not depend on this number.
N_THREADS = 2


@contextmanager
def one_thread() -> Iterator[None]:
    """Let scikit-learn's own loops run on one thread, in the thread that calls this.

    The limit reaches only libraries that are loaded, hence the import.
    """
    import sklearn.ensemble  # noqa: F401
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, user_api="openmp"):
        yield
