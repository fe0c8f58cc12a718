"""Uploads that wait: swept up when their worker died or their ring was lost, or finished here."""

import logging
import threading
import time
from datetime import timedelta

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.errors import NotReady
from playground.models import Upload
from playground.services import counting
from playground.services.checking import check
from playground.services.importing import run_import

logger = logging.getLogger(__name__)

# How long a ring may take to reach a worker before the sweep does the work itself.
PATIENCE = timedelta(seconds=10)
_State = Upload.State
_WORK = (_State.UPLOADED, _State.IMPORTING)
_sweeping = threading.Lock()


def resume_stalled_uploads() -> None:
    """Go on with uploads whose worker died or whose ring was lost, and with counts of edited rows.

    For a worker's ticker. Returns at once: one thread of this process does the work. Cheap when
    nothing is stalled.
    """
    is_idle = not stalled().exists() and not counting.uncounted().exists()
    if is_idle or not _sweeping.acquire(blocking=False):
        return
    threading.Thread(target=_sweep, name="uploads", daemon=True).start()


def _sweep() -> None:
    try:
        work_off_stalled()
        counting.count_stale()
    finally:
        connection.close()
        _sweeping.release()


def stalled() -> QuerySet[Upload]:
    """The uploads that wait for a worker longer than a ring takes, or whose lease is over."""
    now = timezone.now()
    waits = Q(lease_until=None) & (Q(state=_State.IMPORTING) | Q(created_at__lt=now - PATIENCE))
    return Upload.objects.filter(waits | Q(lease_until__lt=now), state__in=_WORK).order_by("id")


def work_off_stalled() -> None:
    """Check and import all stalled uploads here and now, one after the other."""
    for upload_id in list(stalled().values_list("id", flat=True)):
        logger.info("upload_resumed upload=%s", upload_id)
        _work_on(upload_id)


def finish_here(upload_id: int, *, timeout_s: float = 300) -> Upload:
    """The upload once its check or import, whichever is due, has ended.

    This process does the work unless a worker has it already; then it waits for the worker, and
    takes over when that one dies. Raises NotReady when the time is over.
    """
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        _work_on(upload_id)
        upload = Upload.objects.select_related("playground").get(pk=upload_id)
        if upload.state not in _WORK:
            return upload
        time.sleep(0.2)
    raise not_ready(upload)


def _work_on(upload_id: int) -> None:
    """Do what is due; nothing when nothing is, or when a worker has it."""
    check(upload_id)
    run_import(upload_id)


def not_ready(upload: Upload) -> NotReady:
    """Why nothing can be done with this upload now, in words."""
    words = {
        _State.UPLOADED: "is still being read",
        _State.IMPORTING: "is being imported",
        _State.IMPORTED: "was imported already",
        _State.REFUSED: "cannot be imported",
        _State.CANCELLED: "was cancelled",
    }
    state = Upload.objects.values_list("state", flat=True).get(pk=upload.pk)
    return NotReady(
        f"{upload.file_name} {words.get(_State(state), 'has changed')}.",
        hint="Reload the page to see it.",
    )
