"""The stage `spotify`: the last 50 plays of everybody logged in; first, because only it can be too late."""

from __future__ import annotations

from spotiflow.core.console import log
from spotiflow.core.errors import SpotiflowError
from spotiflow.core.setting_readers import LISTENER_NAME
from spotiflow.core.settings import Settings
from spotiflow.pipeline.faults import exit_code_of
from spotiflow.pipeline.stage import Done, Job


def not_due(job: Job) -> str | None:
    """Say why nobody is asked about new plays."""
    if not job.settings.poll_spotify:
        return "switched off in config.toml"
    return None if logins(job.settings) else "nobody is logged in (spotiflow auth login)"


def logins(settings: Settings) -> list[str]:
    """Return the listeners with a login on this machine, ended ones too: the default one first."""
    names = (path.stem.removeprefix("token-") for path in settings.home.glob("token-*.json"))
    known = filter(LISTENER_NAME.fullmatch, names)
    return sorted(known, key=lambda name: (name != settings.default_listener, name))


def poll(job: Job) -> Done:
    """Ask for every listener, whatever became of the others. Raises the error where there is only one."""
    from spotiflow.ingest.spotify.receipt import render
    from spotiflow.ingest.spotify.sync import ingest_spotify

    details, errors, n_new = [], list[SpotiflowError](), 0
    names = logins(job.settings)
    for name in names:
        try:
            receipt = ingest_spotify(job.settings, listener_id=name)
        except SpotiflowError as error:
            if len(names) == 1:
                raise
            log.error("poll of %s: %s", name, error.message)
            errors.append(error)
            details.append(f"{name}: {error.message}")
            continue
        job.show(render(receipt))
        n_new += receipt.poll.new + receipt.poll.podcasts
        where = "into the inbox, the warehouse is held" if receipt.poll.is_spooled else "new"
        n_plays = receipt.poll.read if receipt.poll.is_spooled else receipt.poll.new
        details.append(f"{name}: {n_plays} plays {where}")
    worst = exit_code_of([error.exit_code for error in errors])
    return Done(
        "; ".join(details),
        is_partial=bool(errors),
        is_idle=not n_new,
        error=next((error for error in errors if error.exit_code == worst), None),
    )
