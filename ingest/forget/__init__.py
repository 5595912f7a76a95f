"""Forget a listener: every row, file and login, and the bytes they left in the warehouse file."""

from ingest.forget.forgetting import Forgotten, forget_listener, preview, render

__all__ = ["Forgotten", "forget_listener", "preview", "render"]
