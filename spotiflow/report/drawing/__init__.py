"""How text, tables and bars are drawn on a terminal."""
