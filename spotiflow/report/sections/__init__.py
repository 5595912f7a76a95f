"""One module per section of the report: what it reads from gold, and how it is drawn."""
