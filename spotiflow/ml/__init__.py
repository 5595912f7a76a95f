"""Models of valence, energy and mood, forecasts of listening, and the registry that keeps them."""
