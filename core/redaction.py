"""Keep secrets out of the log file, whoever wrote the line: tokens, login codes, addresses that carry one."""

from __future__ import annotations

import logging
import re

_SECRET = re.compile(
    r"""(\bbearer\s+
        | \bcode=
        | (?:access_token|refresh_token|code_verifier|client_secret)["']?\s*[=:]\s*["']?
    )[^\s"'&,}]+""",
    re.IGNORECASE | re.VERBOSE,
)


def redact(text: str) -> str:
    """Return the text with every token and login code replaced by three stars."""
    return _SECRET.sub(r"\1***", text)


class RedactingFormatter(logging.Formatter):
    """Formats a record as usual, traceback included, and redacts the whole of it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the finished line without secrets."""
        return redact(super().format(record))
