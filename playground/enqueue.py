"""Rings the workers. The database holds what is to be done: a lost ring loses nothing."""

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def check_upload(upload_id: int) -> None:
    """After the commit, tell a worker that this upload waits to be checked."""
    _send("playground.tasks.check_upload", upload_id)


def import_upload(upload_id: int) -> None:
    """After the commit, tell a worker that this upload waits to be imported."""
    _send("playground.tasks.import_upload", upload_id)


def count_version(version_id: int) -> None:
    """After the commit, tell a worker that this dataset version waits to be counted."""
    _send("playground.tasks.count_version", version_id)


def _send(task: str, of_id: int) -> None:
    # After the commit, so that the worker finds the thing as we left it.
    transaction.on_commit(lambda: _ring(task, of_id))


def _ring(task: str, of_id: int) -> None:
    try:
        current_app.signature(task, args=(of_id,)).apply_async()
    except OperationalError as exc:
        # The sweep of a worker finds the work within seconds: no reason to fail the request.
        logger.warning("broker_unreachable task=%s id=%s: %s", task, of_id, exc)
