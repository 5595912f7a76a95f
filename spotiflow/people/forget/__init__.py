"""Forget a listener: every row, file and login, and the bytes they left in the warehouse file."""

from spotiflow.people.forget.forgetting import Forgotten, forget_listener, forget_listeners, render
from spotiflow.people.forget.who import preview, simulated_listeners

__all__ = ["Forgotten", "forget_listener", "forget_listeners", "preview", "render", "simulated_listeners"]
