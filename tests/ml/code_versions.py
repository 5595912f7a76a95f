"""Record which code gives the same numbers: `python -m tests.ml.code_versions same|new [TASK ...]`.

same: the changed code of these tasks (of all by default) gives the numbers that it gave, to the last digit; so
nobody has to train them again. new: it gives others; everybody's next training makes them anew.
"""

from __future__ import annotations

import json
import sys

from spotiflow.ml.engine.code_versions import RECORD, fingerprint, package_version, recorded_versions
from spotiflow.ml.train import TASKS


def changed() -> dict[str, str]:
    """Return the tasks whose code is not the recorded one, with its fingerprint."""
    found = {task.name: fingerprint(task.modules) for task in TASKS}
    recorded = recorded_versions()
    return {name: one for name, one in found.items() if recorded.get(name, {}).get("fingerprint") != one}


def record(word: str, names: list[str]) -> None:
    """Write the versions of changed tasks down. Raises SystemExit for a word or task that does not exist."""
    unknown = set(names) - {task.name for task in TASKS}
    if word not in ("same", "new") or unknown:
        raise SystemExit(f"{__doc__}\nUnknown: {', '.join(sorted(unknown)) or word}")
    recorded = {task.name: recorded_versions().get(task.name, {}) for task in TASKS}
    for name, found in changed().items():
        if not names or name in names:
            same = recorded[name].get("version") if word == "same" else None
            version = same or f"{package_version()}+{found}"
            recorded[name] = {"fingerprint": found, "version": version}
            print(f"{name}: {version}")
    RECORD.write_text(json.dumps(recorded, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    record(sys.argv[1] if len(sys.argv) > 1 else "", sys.argv[2:])
