"""Versions of models: their rows and files, which one serves, and the rule by which that changes."""
