"""Pages as HTML: templates that escape every value."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

HERE = Path(__file__).parent
STATIC = HERE / "static"


@cache
def environment() -> Environment:
    """Return the templates, which escape whatever is not markup of ours."""
    found = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals["version"] = static_version()
    return found


@cache
def static_version() -> str:
    """Return a short digest of style and script, so that a browser keeps them until they change."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def render(template: str, **values: Any) -> str:
    """Return a filled template."""
    return environment().get_template(template).render(**values)
