"""What `spotiflow build` ends with: how much was built and tested, and where the features come from."""

from __future__ import annotations

from rich.text import Text

from spotiflow.core import words
from spotiflow.transform.counted_anew import WHY
from spotiflow.transform.feature_sources import SYNTHETIC_MODEL
from spotiflow.transform.outcome import BuildResult

SOURCES = ("real", "synthetic", "kaggle", "unknown")
INDENT = " " * 10


def render_build(result: BuildResult) -> Text:
    """Return two to four lines; what a partial build has no table for is left out."""
    lines = [_built(result)]
    lines += [f"warning   {words.clean(node.name)}: {words.clean(node.message)}" for node in result.warnings]
    lines += _features(result)
    if result.counted_anew and result.counted_anew[0] != result.counted_anew[1]:
        before, now = result.counted_anew
        lines.append(f"plays     counted anew: {before:,} -> {now:,}; {WHY}")
    return Text("\n".join(lines))


def _built(result: BuildResult) -> str:
    parts = [
        words.counted(len(result.models), "model"),
        f"{words.counted(result.n_tests_passed, 'test')} passed",
        f"{result.seconds:.1f} s",
    ]
    slowest = ", ".join(f"{node.name} {node.seconds:.1f} s" for node in result.slowest)
    return ", ".join(parts) + (f"; slowest: {slowest}" if slowest else "")


def _features(result: BuildResult) -> list[str]:
    lines = []
    if result.features.tracks:
        lines.append(_tracks(result.features.tracks) + _grown(result))
    if result.features.measured_share is not None:
        lines.append(f"{INDENT}plays measured {words.share(result.features.measured_share)}")
    return lines


def _tracks(by_source: dict[str, int]) -> str:
    parts = " + ".join(f"{source} {by_source.get(source, 0):,}" for source in SOURCES)
    return f"features  tracks {sum(by_source.values()):,} = {parts}"


def _grown(result: BuildResult) -> str:
    """How many more tracks have synthetic features than before this build."""
    now = result.features.synthetic
    if now is None or not any(node.name == SYNTHETIC_MODEL for node in result.models):
        return ""
    return f"; new synthetic {max(0, now - result.synthetic_before):,}"
