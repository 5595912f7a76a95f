"""The questions a report asks of the gold tables."""
