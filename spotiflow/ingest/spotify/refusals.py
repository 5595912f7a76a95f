"""From an answer that is no success to the sentence a person can act on."""

from __future__ import annotations

from spotiflow.core.errors import ApiError, LoginNeededError, SpotiflowError
from spotiflow.ingest.spotify.replies import Reply
from spotiflow.ingest.spotify.token_store import LOGIN_HINT

# Withdrawn from new apps since 2024-11-27 and 2026-02-11.
WITHDRAWN = frozenset({"audio-features"})


def refusal(reply: Reply, endpoint: str) -> SpotiflowError:
    """Return the error for a final answer of status 400 or more (429 and 5xx are waited for elsewhere)."""
    if reply.status == 401:
        return LoginNeededError("Spotify does not take the login any more.", hint=LOGIN_HINT)
    if reply.status == 403:
        return _forbidden(reply, endpoint)
    if reply.status == 404:
        return ApiError(
            f"Spotify has nothing under {endpoint}.", hint="It may have been removed.", status=404
        )
    said = f": {reply.message}" if reply.message else ""
    return ApiError(
        f"Spotify refused {endpoint} with status {reply.status}{said}.",
        hint="Try again later; the log file has the details.",
        status=reply.status,
    )


def _forbidden(reply: Reply, endpoint: str) -> SpotiflowError:
    said = reply.message.lower()
    if "premium" in said:
        return ApiError(
            "Spotify refuses this app because the account that owns it has no Premium subscription.",
            hint="The app's owner needs Premium; after subscribing it can take a few hours.",
            status=403,
        )
    if "scope" in said:
        return LoginNeededError(
            f"The login does not include the right to read {endpoint}.",
            hint=f"{LOGIN_HINT} (and leave every permission on)",
        )
    if endpoint in WITHDRAWN:
        return ApiError(
            f"Spotify has withdrawn {endpoint} from this app.",
            hint="Measured catalogues and, where you allow it, synthetic values stand in.",
            status=403,
        )
    certainly = "is not" if "registered" in said else "is probably not"
    return ApiError(
        f"Spotify refuses {endpoint} (403): your account {certainly} on the app's list of users.",
        hint="Add it under User Management of your app at developer.spotify.com/dashboard (5 users at most).",
        status=403,
    )
