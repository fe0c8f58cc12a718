"""The job that reads a stored file and reports what would become of it."""

import logging
from pathlib import Path

from django.conf import settings

from playground.domain import delimiters, file_names
from playground.domain.dialects import Chosen
from playground.domain.inspection import Inspection
from playground.domain.refusals import FileRefused
from playground.models import Upload
from playground.services import stored_files
from playground.services.leases import MOST_ATTEMPTS, Lease, LeaseLostError

logger = logging.getLogger(__name__)

# What is checked within a request: text of at most this size.
QUICK_BYTES = 1024 * 1024
QUICK_ENDINGS = frozenset({"csv", "tsv", "tab", "txt", "json", "jsonl", "ndjson", "yaml", "yml"})


def check(upload_id: int) -> None:
    """Read the upload's file and store the report: it is checked or refused afterwards.

    Does nothing when the upload does not wait for a check or another worker has it.
    """
    lease = Lease.take(upload_id, Upload.State.UPLOADED)
    if lease is None:
        return
    upload = Upload.objects.get(pk=upload_id)
    try:
        _check(upload, lease)
    except LeaseLostError:
        logger.info("check_given_up upload=%s", upload_id)
    stored_files.delete_old()


def check_at_once(upload: Upload) -> None:
    """Check a small file of text here and now, others are left to a worker; refreshes `upload`.

    For a page that shows what a choice has changed.
    """
    if upload.size <= QUICK_BYTES and file_names.ending(upload.file_name) in QUICK_ENDINGS:
        check(upload.pk)
    upload.refresh_from_db()


def _check(upload: Upload, lease: Lease) -> None:
    if upload.attempts > MOST_ATTEMPTS:
        lease.end(Upload.State.REFUSED, **unreadable())
        return
    path = stored_files.path_of(upload)
    if not path.exists():
        lease.end(Upload.State.REFUSED, **gone())
        return
    _inspect(upload, lease, path)


def _inspect(upload: Upload, lease: Lease, path: Path) -> None:
    refused_rows = stored_files.RefusedRows(stored_files.refused_rows_of(upload))
    with path.open("rb") as handle:
        inspection = Inspection(
            handle,
            file_name=upload.file_name,
            chosen=_chosen(upload),
            limits=settings.UPLOAD_LIMITS,
        )
        try:
            inspection.run(
                on_refused=refused_rows.add,
                on_progress=lambda share: lease.renew(report={"progress": round(share, 3)}),
            )
        except FileRefused as exc:
            report = inspection.report().to_json()
            report |= {"error_kind": exc.kind, "error_line": exc.line, "error_raw": exc.raw}
            lease.end(Upload.State.REFUSED, report=report, error=exc.message, hint=exc.hint)
            return
        finally:
            refused_rows.close()
    lease.end(Upload.State.CHECKED, report=inspection.report().to_json(), error="", hint="")


def _chosen(upload: Upload) -> Chosen:
    dialect = upload.choices.get("dialect", {})
    return Chosen(
        encoding=dialect.get("encoding") or None,
        delimiter=delimiters.BY_NAME.get(dialect.get("delimiter", "")),
        has_header=dialect.get("has_header", True),
    )


def gone() -> dict[str, str]:
    """The words for an upload whose stored file is not there any more."""
    return {
        "error": "The stored file is not there any more.",
        "hint": "Bring it again: files that are not imported are kept for a week.",
    }


def unreadable() -> dict[str, str]:
    """The words for an upload that has ended its worker again and again."""
    return {
        "error": f"The file could not be read in {MOST_ATTEMPTS} attempts.",
        "hint": "Bring a part of it, or save it again as CSV in UTF-8.",
    }
