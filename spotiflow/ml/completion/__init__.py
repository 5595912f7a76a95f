"""Features of heard tracks that nobody measured: read from names and from the company the track keeps."""
