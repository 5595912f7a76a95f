"""A browser for tests: opens an address and goes where that leads. Run as `python browser.py URL`."""

from __future__ import annotations

import sys
import urllib.request

if __name__ == "__main__":
    urllib.request.urlopen(sys.argv[1], timeout=5).read()
