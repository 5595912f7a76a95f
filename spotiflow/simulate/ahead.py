"""The next thing is made while the last one is used: two cores instead of one."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import TypeVar

T = TypeVar("T")


def one_ahead(items: Iterator[T]) -> Generator[T]:
    """Yield the items in their order, each made in a thread of its own while the one before is used.

    There are never more than two at a time: the one in use and the one made ahead. What making an item raises
    is raised here at its turn. Close the generator when done early: it waits for the item in the making.
    """
    # An iterator over lists of one or none, so that None and StopIteration may be items like any other.
    coming = chain(([item] for item in items), iter([[]]))
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="ahead") as pool:
        next_one = pool.submit(next, coming)
        while item := next_one.result():
            next_one = pool.submit(next, coming)
            yield item[0]
