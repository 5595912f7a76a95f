"""Forget a listener: every row, file and login, and the bytes they left in the warehouse file."""

from spotiflow.people.forget.forgetting import (
    Forgotten,
    forget_listener,
    forget_listeners,
    preview,
    render,
    simulated_listeners,
)

__all__ = ["Forgotten", "forget_listener", "forget_listeners", "preview", "render", "simulated_listeners"]
