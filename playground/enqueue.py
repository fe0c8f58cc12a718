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


def _send(task: str, upload_id: int) -> None:
    # After the commit, so that the worker finds the upload as we left it.
    transaction.on_commit(lambda: _ring(task, upload_id))


def _ring(task: str, upload_id: int) -> None:
    try:
        current_app.signature(task, args=(upload_id,)).apply_async()
    except OperationalError as exc:
        # The sweep of a worker finds the upload within seconds: no reason to fail the request.
        logger.warning("broker_unreachable task=%s upload=%s: %s", task, upload_id, exc)
