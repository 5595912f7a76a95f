"""Words that no output may hold: music features describe songs, nothing here says how a person is.

Source: the wording rules of the research notes on mood and listening; "diagnostic" is the
name of a branch, and that nothing measures how you feel may be said.
"""

from __future__ import annotations

import re

FORBIDDEN = re.compile(
    r"diagnos(?!tic\b)|depress|anxi(ety|ous)|symptom|disorder|treatment|therap|mental health"
    r"|you(r listening)? (are|is) (sad|happy|unhappy)|(?<!how )you feel"
    r"|your (mood|feeling|emotion|state of mind)"
    r"|wellbeing score",
    re.IGNORECASE,
)
