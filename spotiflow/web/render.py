"""Pages as HTML: templates that escape every value."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from spotiflow.web.figure import Page
from spotiflow.web.view import View

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


def with_marks(view: View, page: Page) -> Page:
    """Return the page with a mark at each figure where the listener or the catalogue is simulated."""
    if not view.simulated:
        return page
    groups = tuple(
        (heading, tuple(replace(one, is_simulated=True) for one in found)) for heading, found in page.groups
    )
    return replace(page, groups=groups)


def render(template: str, **values: Any) -> str:
    """Return a filled template."""
    return environment().get_template(template).render(**values)
