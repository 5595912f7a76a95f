"""Models that are fitted on the catalogue and judged on its frozen test."""
