"""The list of audio features stands once: dbt, ml and the generator of listeners name the same."""

from __future__ import annotations

import re

from spotiflow.core.audio import AUDIO_FEATURES, CONTINUOUS_FEATURES, UNIT_FEATURES
from spotiflow.ingest.features.ranges import RANGES
from spotiflow.ml.data.catalogue import FINGERPRINT_FEATURES
from spotiflow.ml.data.features import AUDIO_FEATURES as LEARNED_FROM
from spotiflow.simulate.features import AUDIO as SIMULATED
from tests.paths import ROOT


def test_the_macros_of_dbt_have_the_same_features_in_the_same_order() -> None:
    text = (ROOT / "dbt_project" / "macros" / "features.sql").read_text(encoding="utf-8")
    listed = text[text.index("[") : text.index("]")]
    assert tuple(re.findall(r'"(\w+)"', listed)) == AUDIO_FEATURES
    assert f"audio_features()[:{len(CONTINUOUS_FEATURES)}]" in text


def test_models_and_simulation_have_the_same_features() -> None:
    assert LEARNED_FROM == AUDIO_FEATURES
    assert FINGERPRINT_FEATURES == CONTINUOUS_FEATURES
    assert sorted(SIMULATED) == sorted(CONTINUOUS_FEATURES)


def test_those_between_0_and_1_are_the_ones_with_that_range() -> None:
    assert (
        tuple(name for name, range_ in RANGES.items() if range_ == (0, 1) and name != "mode") == UNIT_FEATURES
    )
