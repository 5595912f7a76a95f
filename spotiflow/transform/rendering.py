"""The SQL of a model or macro without dbt, for a question that is asked before anything is built.

So a rule that stands in a model stands nowhere else. Only models that need no more of dbt than refs, vars and
the macros of the project can be rendered.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from spotiflow.transform.fingerprints import PROJECT_DIR

_MACROS = ("switches", "time", "plays", "names", "engine/time", "engine/text")


def model_sql(name: str, inputs: Mapping[str, str]) -> str:
    """Return the query of the model `name`; `inputs` says what to read for a model it refers to.

    Models that are not among the inputs are rendered as well and stand in the query.
    """

    def ref(other: str) -> str:
        return f"({inputs.get(other) or model_sql(other, inputs)})"

    (path,) = (PROJECT_DIR / "models").rglob(f"{name}.sql")
    template = _environment().from_string(path.read_text(encoding="utf-8"))
    return str(template.render(_macros(), ref=ref))


def macro_sql(name: str, *arguments: str) -> str:
    """Return the expression that a macro of the project makes of `arguments`, which are SQL themselves."""
    return str(_macros()[name](*arguments)).strip()


@cache
def _environment() -> Any:
    import jinja2
    import yaml

    project = yaml.safe_load((PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8"))
    environment = jinja2.Environment(autoescape=False, extensions=["jinja2.ext.do"])  # noqa: S701 (it is SQL)
    environment.globals |= {"var": project["vars"].__getitem__, "return": lambda value: value}
    return environment


@cache
def _macros() -> dict[str, Any]:
    """Return the macros by name; of those that differ by engine, DuckDB's."""
    environment = _environment()
    text = "\n".join((PROJECT_DIR / f"macros/{name}.sql").read_text(encoding="utf-8") for name in _MACROS)
    found: dict[str, Any] = {}

    class Adapter:
        def dispatch(self, name: str) -> Any:
            return found[f"default__{name}"]

    environment.globals["adapter"] = Adapter()
    found |= vars(environment.from_string(text).module)
    return found
