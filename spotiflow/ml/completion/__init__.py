"""Features of heard tracks that nobody measured: read from names and from what is played beside the track."""
