"""Groups of commands; `cli.py` puts them together."""
