"""Drawings: each takes data and gives SVG with title and description; colours are the style's."""
