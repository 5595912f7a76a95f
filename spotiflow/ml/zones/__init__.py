"""Zones of a listener's music, and whether they are clusters at all."""
