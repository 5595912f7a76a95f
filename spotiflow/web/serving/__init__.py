"""The server: routes, who may ask, and the copy of gold it answers from."""
