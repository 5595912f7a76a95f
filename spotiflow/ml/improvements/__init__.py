"""The older system's candidates for an improvement, each measured: `train --recipe improvements`."""

RECIPE = "improvements"
