"""What people look at: pages drawn on the server from a copy of gold in memory; the door for scrobbles."""
