"""A person at a terminal with a browser, for the tests of the login."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import urllib.error
import urllib.request

from tests.paths import ROOT

# The address a login prints.
ADDRESS = r"(http://127\.0\.0\.1:\d+/authorize\?\S+)"
BROWSER = f"{sys.executable} {ROOT / 'tests' / 'fakes' / 'browser.py'} %s"


class Terminal:
    """`spotiflow ARGUMENTS` at a terminal of its own."""

    def __init__(self, *arguments: str, **environment: str) -> None:
        ours, theirs = pty.openpty()
        self._terminal = ours
        self._process = subprocess.Popen(
            [sys.executable, str(ROOT / "cli.py"), *arguments],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=os.environ | {"COLUMNS": "400", "BROWSER": "true"} | environment,
            start_new_session=True,
        )
        os.close(theirs)
        self.seen = ""

    def read(self) -> bool:
        try:
            data = os.read(self._terminal, 65536)
        except OSError:
            return False
        self.seen += data.decode(errors="replace")
        return bool(data)

    def read_until(self, pattern: str) -> str:
        """Read until something is seen and return its first group."""
        while not (found := re.search(pattern, self.seen)):
            assert self.read(), self.seen
        return found[1]

    def type(self, text: str) -> None:
        os.write(self._terminal, text.encode() + b"\n")

    def end(self) -> int:
        """Read to the end and return the exit code."""
        while self.read():
            pass
        os.close(self._terminal)
        assert "Traceback" not in self.seen
        return self._process.wait(20)


def visit(address: str) -> str:
    """Open an address as a browser does and return the address it ends at, which need not exist."""
    try:
        with urllib.request.urlopen(address, timeout=5) as page:
            return str(page.url)
    except urllib.error.HTTPError as error:
        return str(error.url)


def landing(address: str) -> str:
    """Return where Spotify would send the browser, without going there."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    try:
        urllib.request.build_opener(Stay()).open(address, timeout=5)
    except urllib.error.HTTPError as answer:
        return str(answer.headers["Location"])
    raise AssertionError("no redirect")
