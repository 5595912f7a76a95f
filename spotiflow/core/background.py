"""Calls into C that may never come back: the main thread waits for them and hears Ctrl+C and SIGTERM."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")
# How often the main thread looks up.
LOOK = 0.2


class Background(Generic[Result]):
    """A call in a thread of its own, which ends with the process where it does not end before."""

    def __init__(self, call: Callable[[], Result]) -> None:
        """Start the call."""
        self._done, self._outcome = threading.Event(), dict[str, Any]()

        def work() -> None:
            try:
                self._outcome["result"] = call()
            except BaseException as error:
                self._outcome["error"] = error
            finally:
                self._done.set()

        threading.Thread(target=work, daemon=True).start()

    @property
    def is_done(self) -> bool:
        """Whether the call has come back."""
        return self._done.is_set()

    def result(self, seconds: float | None = None) -> Result:
        """Wait for the call; return what it gives or raise what it raised. TimeoutError after `seconds`."""
        left = float("inf") if seconds is None else seconds
        while not self._done.wait(max(0.0, min(LOOK, left))):
            left -= LOOK
            if left <= 0:
                raise TimeoutError
        if "error" in self._outcome:
            raise self._outcome["error"]
        result: Result = self._outcome["result"]
        return result
