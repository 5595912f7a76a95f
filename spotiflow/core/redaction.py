"""Keep secrets out of the log file, whoever wrote the line: tokens, login codes and passwords."""

from __future__ import annotations

import logging
import re

from spotiflow.core.safe_text import safe

_SECRET = re.compile(
    r"""(\bbearer\s+
        | \bbasic\s+(?=[A-Za-z0-9+/]{8,}=*(?:[\s"',]|$))
        | \bcode=
        | (?:\b|_)(?:access_token|refresh_token|code_verifier|client_secret|password|passwd|secret
            |(?:x[-_])?api[-_]?key|auth[-_]?token)["']?\s*[=:]\s*["']?
    )[^\s"'&,}]+""",
    re.IGNORECASE | re.VERBOSE,
)
# Spotify's own tokens and codes look like this, and an error may quote one without its name.
_TOKEN = re.compile(r"\b(?:AQ|BQ)[A-Za-z0-9_-]{38,}")
# The address of a webhook is its secret, all of it after the machine and the kind.
_HOOK = re.compile(
    r"(https?://[^\s/\"'<>]*(?:hook[^\s/\"'<>]*/|/(?:\S*hook[^\s/]*|services|bot(?=\d+:))/?))[^\s\"'<>]+",
    re.IGNORECASE,
)
_PASSWORD_IN_ADDRESS = re.compile(r"(://[^\s/:@]*:)[^\s/@]+(?=@)")


def redact(text: str) -> str:
    """Return the text with three stars for every token, key, login code, password and webhook."""
    text = _TOKEN.sub("***", _SECRET.sub(r"\1***", text))
    return _PASSWORD_IN_ADDRESS.sub(r"\1***", _HOOK.sub(r"\1***", text))


class RedactingFormatter(logging.Formatter):
    """Formats a record as usual, traceback included, and redacts the whole of it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the finished line without secrets. What follows a line break is indented, so that no text
        from outside can look like a line of its own.
        """
        return safe(redact(super().format(record))).replace("\n", "\n    ")
