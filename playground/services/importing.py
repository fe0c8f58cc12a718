"""The job that turns a checked file into rows, in batches, fenced by the lease."""

import logging
from itertools import islice

from django.db import transaction

from accounts.errors import UserError
from playground.models import DatasetVersion, Playground, Row, Upload
from playground.services import bringing, row_store, stored_files
from playground.services.checking import gone, unreadable
from playground.services.leases import MOST_ATTEMPTS, Lease, LeaseLostError
from playground.services.profiling import Counter
from playground.services.reading import rows_of_upload
from playground.services.row_store import BATCH
from playground.services.rows import RowWriter
from playground.signals import playground_made

logger = logging.getLogger(__name__)


def run_import(upload_id: int) -> None:
    """Store the rows of an upload whose import was started.

    Does nothing when it was not, or when another worker has it. A worker that died is replaced:
    the rows it has stored are wiped and read again, so none is missing and none doubled.
    """
    lease = Lease.take(upload_id, Upload.State.IMPORTING)
    if lease is None:
        return
    upload = Upload.objects.select_related("playground", "into").get(pk=upload_id)
    try:
        with row_store.unmapped():
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
            with transaction.atomic():
                lease.renew(rows_done=0)
                wipe(upload)
            if upload.into_id is None:
                _store_rows(upload, lease)
            else:
                bringing.bring_rows(upload, lease)
        except UserError as exc:
            give_up(upload, lease, error=exc.message, hint=exc.hint)


def _store_rows(upload: Upload, lease: Lease) -> None:
    """The rows of a playground's first version."""
    version = DatasetVersion.objects.select_related("playground").get(
        playground=upload.playground, number=upload.choices["version"]
    )
    mapping = {int(key): index for key, index in upload.choices["mapping"].items()}
    writer, counter = RowWriter(version, mapping), Counter(version.playground, mapping)
    cells = rows_of_upload(upload)
    while batch := list(islice(cells, BATCH)):
        rows = writer.rows(batch)
        with transaction.atomic():
            # First the lease, then the rows: who has lost it stores nothing.
            lease.renew(rows_done=writer.count)
            row_store.store(rows)
        counter.add(batch)
    # Outside of a transaction: counting all rows takes a while, in which others may write.
    lease.renew()
    profile = counter.profile(version)
    with transaction.atomic():
        lease.end(Upload.State.IMPORTED)
        writer.finish(profile)
        playground_made.send(sender=Playground, playground=version.playground)
    stored_files.delete(upload)


def wipe(upload: Upload) -> None:
    """Delete the rows that this import has stored so far; only while it is under way.

    They begin with the version that the import makes, which nothing else writes to meanwhile.
    """
    playground_id = upload.into_id or upload.playground_id
    if playground_id is not None:
        Row.objects.filter(playground_id=playground_id, since=upload.choices["version"]).delete()


def give_up(upload: Upload, lease: Lease, *, error: str, hint: str) -> None:
    """End an import that cannot go on: nothing of it stays but the words."""
    with transaction.atomic():
        lease.end(Upload.State.REFUSED, playground=None, error=error, hint=hint)
        discard(upload)


def discard(upload: Upload) -> None:
    """Delete what an import under way has stored, and the playground that it has begun.

    Within the transaction that ends the import, after the upload names no playground any more.
    """
    wipe(upload)
    if upload.into_id is None and upload.playground_id is not None:
        Playground.objects.filter(pk=upload.playground_id).delete()
