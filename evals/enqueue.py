"""Rings for the workers. The database is the queue: a bell that is lost costs a second or two."""

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

# By then a worker has seen the work by itself.
EXPIRES_S = 30


def drain(run_id: int) -> None:
    """Wake a worker for a run, after the commit, so that it finds the rows as we left them."""
    transaction.on_commit(lambda: _send("evals.tasks.drain", run_id))


def _send(task: str, *ids: int) -> None:
    signature = current_app.signature(task, args=ids)
    try:
        signature.apply_async(expires=EXPIRES_S, retry=False, ignore_result=True)
    except (OperationalError, OSError) as error:
        # Workers look into the database themselves, so nobody waits for a broker.
        logger.warning("bell_not_heard", extra={"task": task, "error": type(error).__name__})
