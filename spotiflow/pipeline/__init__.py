"""The stages in order: the whole run and the demo."""
