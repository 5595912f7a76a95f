"""What to play again, what to hear for the first time, and playlists by sound; every row says why."""
