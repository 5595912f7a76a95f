"""Polling Spotify: login, the last 50 plays, tracks on demand, the library."""
