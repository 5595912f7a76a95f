"""Time zones: the system's, and the check of a name a person typed."""

from __future__ import annotations

import difflib
import warnings
import zoneinfo
from functools import cache

from tzlocal import get_localzone_name

from spotiflow.core.errors import InputError

UNKNOWN_ZONE = "UTC"
# Names in the zone database that mean another zone elsewhere, or none.
NOT_ZONES = frozenset({"localtime", "Factory"})


@cache
def known_zones() -> frozenset[str]:
    """Return the IANA names a listener can have."""
    return frozenset(zoneinfo.available_timezones() - NOT_ZONES)


def checked_zone(name: str) -> str:
    """Return the IANA name meant by `name`, whose case may differ.

    Raises InputError with near names for a zone that does not exist.
    """
    by_lower_case = {zone.lower(): zone for zone in known_zones()}
    wanted = name.strip().replace(" ", "_")
    if wanted.lower() in by_lower_case:
        return by_lower_case[wanted.lower()]
    near = _near(wanted)
    hint = (
        f"Did you mean {' or '.join(near)}?" if near else "Zones look like Europe/Berlin or America/New_York."
    )
    raise InputError(f"'{name}' is no time zone; expected an IANA name such as Europe/Berlin.", hint=hint)


def system_zone() -> str:
    """Return the IANA name of this system's time zone; UTC where it cannot be found out."""
    try:
        # A warning tells of a TZ that contradicts the system; TZ decides, as everywhere.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            name = get_localzone_name()
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return UNKNOWN_ZONE
    return name if name and _exists(name) else UNKNOWN_ZONE


def _exists(name: str) -> bool:
    """Look for one zone; to list all of them means to open 600 files."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return name not in NOT_ZONES


def _near(wanted: str) -> list[str]:
    cities: dict[str, list[str]] = {}
    for zone in sorted(known_zones()):
        cities.setdefault(zone.rpartition("/")[2].lower(), []).append(zone)
    city = wanted.rpartition("/")[2].lower()
    same_city = [zone for zone in cities.get(city, []) if "/" in zone]
    if same_city:
        return same_city[:3]
    near = difflib.get_close_matches(
        wanted.lower(), [zone.lower() for zone in known_zones()], n=3, cutoff=0.75
    )
    if near:
        by_lower_case = {zone.lower(): zone for zone in known_zones()}
        return [by_lower_case[zone] for zone in near]
    return [cities[name][0] for name in difflib.get_close_matches(city, list(cities), n=3, cutoff=0.75)]
