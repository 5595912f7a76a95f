"""Plays on their way into the raw tables, whatever source they come from."""
