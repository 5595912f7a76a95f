"""Connections that do not speak are ended: whoever opens hundreds and sends nothing keeps nobody out."""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

# From the connection to the end of the first request's headers.
FIRST_SECONDS = 15.0


class PatientProtocol(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, to whoever asks within some seconds."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._first = self.loop.call_later(FIRST_SECONDS, self._end_where_silent)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._first.cancel()
        super().connection_lost(exc)

    def _end_where_silent(self) -> None:
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self.transport.close()
