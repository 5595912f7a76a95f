"""Which times a scrobble can have, for files and for what players submit."""

from __future__ import annotations

# Audioscrobbler, from which Last.fm came, began in 2002; a clock that was not set says 1970.
FIRST_SECOND = 1_009_843_200
# A clock may be some hours fast, and a zone may be wrong.
DAYS_AHEAD = 2
