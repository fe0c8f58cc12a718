"""The job that turns a checked file into rows, in batches, fenced by the lease."""

import logging
from itertools import islice

from django.db import transaction

from playground.domain.refusals import FileRefused
from playground.models import DatasetVersion, Playground, Row, Upload
from playground.services import stored_files
from playground.services.checking import gone, unreadable
from playground.services.leases import MOST_ATTEMPTS, Lease, LeaseLostError
from playground.services.profiling import profile_of
from playground.services.reading import rows_of_upload
from playground.services.rows import BATCH, RowWriter

logger = logging.getLogger(__name__)


def run_import(upload_id: int) -> None:
    """Store the rows of an upload whose import was started.

    Does nothing when it was not, or when another worker has it. A worker that died is replaced:
    the rows it has stored are wiped and read again, so none is missing and none doubled.
    """
    lease = Lease.take(upload_id, Upload.State.IMPORTING)
    if lease is None:
        return
    upload = Upload.objects.select_related("playground").get(pk=upload_id)
    try:
        _import(upload, lease)
    except LeaseLostError:
        logger.info("import_given_up upload=%s", upload_id)


def _import(upload: Upload, lease: Lease) -> None:
    if upload.attempts > MOST_ATTEMPTS:
        give_up(upload, lease, **unreadable())
    elif not stored_files.path_of(upload).exists():
        give_up(upload, lease, **gone())
    else:
        try:
            _store_rows(upload, lease)
        except FileRefused as exc:
            give_up(upload, lease, error=exc.message, hint=exc.hint)


def _store_rows(upload: Upload, lease: Lease) -> None:
    version = DatasetVersion.objects.select_related("playground").get(
        playground=upload.playground, number=upload.choices["version"]
    )
    mapping = {int(key): index for key, index in upload.choices["mapping"].items()}
    writer = RowWriter(version, mapping)
    with transaction.atomic():
        lease.renew(rows_done=0)
        wipe(version)
    cells = rows_of_upload(upload)
    while batch := list(islice(cells, BATCH)):
        rows = writer.rows(batch)
        with transaction.atomic():
            # First the lease, then the rows: who has lost it stores nothing.
            lease.renew(rows_done=writer.count)
            Row.objects.bulk_create(rows)
    # Outside of a transaction: reading all rows takes seconds, in which others may write.
    profile = profile_of(version, after_chunk=lease.renew)
    with transaction.atomic():
        lease.end(Upload.State.IMPORTED)
        writer.finish(profile)
    stored_files.delete(upload)


def wipe(version: DatasetVersion) -> None:
    """Delete the rows that begin with this draft version."""
    Row.objects.filter(playground_id=version.playground_id, since=version.number).delete()


def give_up(upload: Upload, lease: Lease, *, error: str, hint: str) -> None:
    """End an import that cannot go on: nothing of it stays but the words."""
    with transaction.atomic():
        lease.end(Upload.State.REFUSED, playground=None, error=error, hint=hint)
        discard_playground(upload.playground_id)


def discard_playground(playground_id: int | None) -> None:
    """Delete a playground that an import has begun, with its rows; uploads must not name it."""
    if playground_id is not None:
        Row.objects.filter(playground_id=playground_id).delete()
        Playground.objects.filter(pk=playground_id).delete()
