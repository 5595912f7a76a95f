"""Forecasts of what a listener's next days will sound like."""
