"""docs/settings.md, made from the settings themselves: name, default, environment variable and meaning."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

from spotiflow.core.settings import OTHER_NAMES, Settings
from tests.paths import ROOT

PAGE = ROOT / "docs" / "settings.md"
TOP = """# Settings

Made from the settings themselves by `make reference`. Each may stand in `config.toml` in the home folder,
or in the environment as `SPOTIFLOW_` and its name in capitals. An option of the command line beats the
environment, the environment beats `config.toml`, and that beats the default. A key that does not exist is
refused, so a typing error does not pass in silence.

```toml
# ~/.spotiflow/config.toml
memory_limit = "4GB"
schedule_poll_minutes = 60
on_alert = "mail -s spotiflow me@example.org"
```

The folder itself is `SPOTIFLOW_HOME` or `--home`; default `~/.spotiflow`.

| setting | default | what it is |
|---|---|---|
"""


def settings_page() -> str:
    """Return the page: one row a setting, in the order of the code."""
    meanings = meaning_of_each()
    rows = [
        _row(field, meanings[field.name]) for field in dataclasses.fields(Settings) if field.name != "home"
    ]
    return TOP + "\n".join(rows) + "\n"


def meaning_of_each() -> dict[str, str]:
    """Read the lines `name, name: meaning` of the class's docstring."""
    return dict(_meanings(Settings.__doc__ or ""))


def _meanings(docstring: str) -> Iterator[tuple[str, str]]:
    found = re.findall(r"^    ((?:[a-z_]+(?:, )?)+): (.*(?:\n     +.*)*)", docstring, re.MULTILINE)
    for names, meaning in found:
        for name in names.split(", "):
            yield name, " ".join(meaning.split())


def _row(field: dataclasses.Field[object], meaning: str) -> str:
    # The docstring speaks reStructuredText's way of a programmer; a page needs no more than this.
    meaning = meaning.rstrip(".").replace("|", "\\|")
    older = "".join(f" Also read from `{name}`." for name in OTHER_NAMES.get(field.name, ()))
    return f"| `{field.name}` | {_default(field.default)} | {meaning[0].upper()}{meaning[1:]}.{older} |"


def _default(value: object) -> str:
    if value in ("", ()):
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
