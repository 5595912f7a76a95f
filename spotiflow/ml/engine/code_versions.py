"""Which code made a result: a name per task for the code it runs, the same for code that gives the same numbers.

The fingerprint of a task is that of the modules of ml it uses: its own and whatever those import, without what
only shows results. Where a module lies, what it imports, its comments and docstrings do not count. A new
fingerprint alone would train everybody's models again for a new name of a function; so code_versions.json
records which fingerprint gives the same numbers as which version, and a test asks for every change.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

PACKAGE = "spotiflow.ml"
# What is only shown of results: outside of every fingerprint by its place.
SHOWN = f"{PACKAGE}.show"
ROOT = Path(__file__).resolve().parents[1]
RECORD = Path(__file__).with_suffix(".json")


@dataclass(frozen=True)
class _Module:
    """fingerprint: of the code. uses: the modules of ml it imports."""

    fingerprint: str
    uses: frozenset[str]


def code_version(task: str, modules: Iterable[str]) -> str:
    """Name the code of a task: the recorded version of this code, or one of its own where none is recorded."""
    found = fingerprint(modules)
    recorded = recorded_versions().get(task, {})
    if recorded.get("fingerprint") == found:
        return recorded["version"]
    return f"{package_version()}+{found}"


def all_code() -> str:
    """Name all code that trains, whichever task runs it."""
    names = (".".join(path.relative_to(ROOT).with_suffix("").parts) for path in ROOT.rglob("*.py"))
    modules = [f"{PACKAGE}.{name}" for name in names]
    return f"{package_version()}+{fingerprint(modules)}"


@cache
def recorded_versions() -> dict[str, dict[str, str]]:
    """Return per task the fingerprint whose version is known, and that version."""
    recorded: dict[str, dict[str, str]] = json.loads(RECORD.read_text(encoding="utf-8"))
    return recorded


@cache
def package_version() -> str:
    """Return the version of spotiflow."""
    try:
        return metadata.version("spotiflow")
    except metadata.PackageNotFoundError:
        return "0"


def fingerprint(modules: Iterable[str]) -> str:
    """Hash the code of some modules and of all they use."""
    return _fingerprint(frozenset(modules))


@cache
def _fingerprint(modules: frozenset[str]) -> str:
    used: dict[str, _Module] = {}
    todo = set(modules)
    while todo:
        name = todo.pop()
        if name not in used and not name.startswith(SHOWN):
            used[name] = _read(name)
            todo |= used[name].uses
    text = " ".join(sorted(module.fingerprint for module in used.values()))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@cache
def _read(name: str) -> _Module:
    path = _path(name)
    code, uses = code_of(path.read_text(encoding="utf-8") if path else "")
    return _Module(hashlib.sha256("\n".join(code).encode()).hexdigest(), frozenset(uses))


def code_of(source: str) -> tuple[list[str], set[str]]:
    """Return the lines of a module that decide what it does, and the modules of ml it imports.

    Left out are imports, docstrings, lines of comment and empty lines.
    """
    left_out, text, uses = set[int](), set[int](), set[str]()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            uses |= _imported(node)
            left_out |= _lines(node)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            left_out |= _lines(node)
        elif isinstance(node, ast.Constant | ast.JoinedStr) and node.end_lineno != node.lineno:
            text |= _lines(node)
    kept = ((number, line) for number, line in enumerate(source.splitlines(), 1) if number not in left_out)
    return [
        line.rstrip()
        for number, line in kept
        if line.strip() and (number in text or not line.lstrip().startswith("#"))
    ], uses


def _lines(node: ast.stmt | ast.expr) -> set[int]:
    return set(range(node.lineno, (node.end_lineno or node.lineno) + 1))


def _imported(node: ast.Import | ast.ImportFrom) -> set[str]:
    if isinstance(node, ast.Import):
        names = {alias.name for alias in node.names}
    else:
        names = {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return {name for name in names if name.startswith(f"{PACKAGE}.") and _path(name)}


def _path(name: str) -> Path | None:
    """Return the file of a module of ml; None for what is a name in a module."""
    place = ROOT.joinpath(*name.removeprefix(PACKAGE).strip(".").split("."))
    found = (place.with_suffix(".py"), place / "__init__.py")
    return next((path for path in found if path.is_file()), None)
