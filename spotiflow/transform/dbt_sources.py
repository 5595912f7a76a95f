"""The dbt macro that creates the raw and ml tables, generated from the one definition in schema.sql.

Run `python -m spotiflow.transform.dbt_sources` after a change of schema.sql; a test compares the two.
"""

from __future__ import annotations

import re
from pathlib import Path

from spotiflow.warehouse.schema import ddl

MACRO_PATH = Path(__file__).resolve().parents[2] / "dbt_project" / "macros" / "create_sources.sql"
HEAD = "{#- Generated from schema.sql by `python -m spotiflow.transform.dbt_sources`; do not edit. -#}\n"


def dbt_macro_text() -> str:
    """Return the text of macros/create_sources.sql."""
    statements = re.sub(r"^--.*\n", "", ddl(), flags=re.MULTILINE).strip()
    return f"{HEAD}{{%- macro create_sources() -%}}\n{statements}\n{{%- endmacro -%}}\n"


def main() -> None:
    """Write the macro file anew."""
    MACRO_PATH.write_text(dbt_macro_text(), encoding="utf-8")


if __name__ == "__main__":
    main()
