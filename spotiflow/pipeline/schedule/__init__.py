"""The schedule: which stage runs when, and what starts it with the machine."""
