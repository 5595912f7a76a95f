"""Models of the music: catalogue and split, mood models, registry, evaluation."""
