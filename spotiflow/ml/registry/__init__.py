"""Versions of models: their rows and files, which one is in use, and the rule by which that changes."""
