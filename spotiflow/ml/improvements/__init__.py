"""The improvements the older system's authors hoped for, each measured: `train --recipe improvements`."""

RECIPE = "improvements"
