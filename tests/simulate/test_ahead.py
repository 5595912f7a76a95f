"""One thing is made ahead, never more; order and errors are as without."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from spotiflow.simulate.ahead import one_ahead


def test_everything_comes_in_order_whatever_it_is() -> None:
    things: list[object] = [3, None, [], 0, 1]
    assert list(one_ahead(iter(things))) == things
    assert list(one_ahead(iter([]))) == []


def test_the_next_is_made_while_the_last_is_used_and_no_more_than_that() -> None:
    made: list[int] = []
    is_third = threading.Event()

    def numbers() -> Iterator[int]:
        for number in range(5):
            made.append(number)
            if number == 2:
                is_third.set()
            yield number

    items = one_ahead(numbers())
    assert next(items) == 0
    assert not is_third.wait(0.2), "the second is not taken yet"
    assert made == [0, 1]
    assert next(items) == 1
    assert is_third.wait(30), "made although nobody asked for it yet"
    items.close()
    assert made == [0, 1, 2], "nothing is made for nobody"
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ahead")]


def test_an_error_comes_at_its_turn() -> None:
    def numbers() -> Iterator[int]:
        yield 1
        raise ZeroDivisionError

    items = one_ahead(numbers())
    assert next(items) == 1
    with pytest.raises(ZeroDivisionError):
        next(items)
