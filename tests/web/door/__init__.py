"""The door for players: real clients, bad requests, kills, over loopback."""
