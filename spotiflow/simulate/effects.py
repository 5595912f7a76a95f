"""What a simulation plants into the listening, with dates: the truth that statistics have to find.

`everyday` is the calibrated process with its rhythms and one or two lasting turns of taste a year. `none`
takes every regularity away: what plays does not depend on hour, day, date, or on the play before. The others
plant one effect into a listener without any.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import inf

from spotiflow.simulate.habits import Habits

EFFECTS = ("everyday", "none", "weekend", "rhythm", "week", "transition")
# Effects that move the energy of what plays, and their sizes in standard deviations of the energy of tracks.
ENERGETIC = ("weekend", "rhythm", "week")
WEEKEND_SIZE = 0.30
RHYTHM_SIZE, RHYTHM_PEAK_HOUR = 0.25, 18
# In standard deviations of a listener's own week means, which are steadier the more they listen.
WEEK_DEVIATIONS = 3.0
# On the log scale: how much likelier a change between happy-energetic and sad-calm is than staying; of six
# listeners with some 5,000 measured plays each all have it found among 150 patterns.
TRANSITION_SIZE = 1.3
# Fitted: thirty people share so many tracks that one has 4.74 plays (docs/evidence.md 1).
CHART_SHARE = 0.35
# The planted week has this many weeks after it, and is the last whole one of its kind in short spans.
_WEEKS_AFTER = 1
# A listening day ends at this local hour.
DAY_ENDS = 4


@dataclass(frozen=True)
class Truth:
    """One effect in one listener's simulated life. Dates are local, the last one included.

    size: in standard deviations of the energy of tracks, None where it is no matter of energy. detail: what
    happened, in words.
    """

    effect: str
    first_date: date
    last_date: date
    size: float | None
    detail: str


def habits_for(effect: str) -> Habits:
    """Return the habits of a listener with an effect: all of them everyday, none of them otherwise."""
    if effect == "everyday":
        return replace(Habits(), chart_share=CHART_SHARE)
    return replace(
        Habits(),
        decay=0.0,
        p_same_artist=0.0,
        p_same_artist_shuffled=0.0,
        p_continue=0.0,
        p_session_genre=0.0,
        p_loop=1.0,
        worn_after=inf,
        skip_floor=1.0,
        skip_drop=0.0,
        energy_by_hour=0.0,
        energy_by_season=0.0,
        drift=0.0,
        holiday_days=0,
    )


def planted_week(first: date, days: int) -> date:
    """Return the Monday of the week that differs: the last but one that is whole."""
    last = first + timedelta(days=days)
    monday = last - timedelta(days=last.weekday())
    return monday - timedelta(weeks=1 + _WEEKS_AFTER)


def truths(effect: str, first: date, days: int, size: float | None) -> list[Truth]:
    """Return what an effect of a size means for a listener simulated for `days` days from `first`."""
    last = first + timedelta(days=days - 1)
    if effect == "weekend":
        return [Truth(effect, first, last, size, "Saturdays and Sundays are more energetic")]
    if effect == "rhythm":
        words = f"energy follows a wave of 24 hours that is highest at {RHYTHM_PEAK_HOUR}:00"
        return [Truth(effect, first, last, size, words)]
    if effect == "week":
        monday = planted_week(first, days)
        words = "this week is more energetic, by three deviations of week means"
        return [Truth(effect, monday, monday + timedelta(days=6), size, words)]
    if effect == "transition":
        words = "happy energetic and sad calm tracks take turns more often than chance has it"
        return [Truth(effect, first, last, None, words)]
    return []
