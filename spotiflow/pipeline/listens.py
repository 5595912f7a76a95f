"""The stage `listens`: what players have submitted since, out of the inbox into the warehouse."""

from __future__ import annotations

from spotiflow.core.console import log
from spotiflow.core.errors import WarehouseBusyError
from spotiflow.ingest.submissions.spool import damaged, waiting
from spotiflow.pipeline.faults import exit_code_of
from spotiflow.pipeline.stage import Done, Job


def not_due(job: Job) -> str | None:
    """Say why nothing has to be taken in."""
    if waiting(job.settings) or damaged(job.settings):
        return None
    return "no player has submitted anything"


def take_in(job: Job) -> Done:
    """Take in everybody's, whatever becomes of the others; where the warehouse is held, they wait on."""
    from spotiflow.ingest.history.receipts import render
    from spotiflow.ingest.submissions.intake import take_in_listens

    try:
        found = take_in_listens(job.settings)
    except WarehouseBusyError as error:
        log.info("submitted listens have to wait: %s", error.message)
        count = sum(batch.count for batch in waiting(job.settings))
        return Done(f"{count:,} listens wait on in the inbox, the warehouse is held", is_idle=True)
    details, n_new = [], 0
    for one in found:
        if one.receipt is not None:
            job.show(render(one.receipt))
            n_new += one.receipt.total.kept
            details.append(f"{one.listener_id}: {one.receipt.total.kept:,} of {one.count:,} listens new")
        elif one.error is not None:
            log.error("listens of %s: %s", one.listener_id, one.error.message)
            details.append(f"{one.listener_id}: {one.count:,} listens wait on: {one.error.message}")
    errors = [one.error for one in found if one.error is not None]
    worst = exit_code_of([error.exit_code for error in errors])
    return Done(
        "; ".join(details) or "nothing that could be read",
        is_partial=bool(errors),
        is_idle=not n_new,
        error=next((error for error in errors if error.exit_code == worst), None),
    )
