"""The job that reads a stored file and reports what would become of it."""

import io
import logging
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings

from playground.domain import delimiters, file_names
from playground.domain.dialects import Chosen
from playground.domain.file_kinds import TEXT_ENDINGS
from playground.domain.inspection import Inspection, Wanted
from playground.domain.refusals import FileRefused
from playground.domain.timed_files import TimedFile
from playground.models import Upload
from playground.services import changes, stored_files
from playground.services.leases import MOST_ATTEMPTS, Lease, LeaseLostError
from playground.services.planning import template_of

logger = logging.getLogger(__name__)

# What is checked within a request: text of at most this size, compared with so many rows.
QUICK_BYTES = 1024 * 1024
QUICK_ROWS = 10_000


def check(upload_id: int) -> None:
    """Read the upload's file and store the report: it is checked or refused afterwards.

    Does nothing when the upload does not wait for a check or another worker has it.
    """
    lease = Lease.take(upload_id, Upload.State.UPLOADED)
    if lease is None:
        return
    upload = Upload.objects.select_related("into").get(pk=upload_id)
    try:
        _check(upload, lease)
    except LeaseLostError:
        logger.info("check_given_up upload=%s", upload_id)
    stored_files.delete_old()


def check_at_once(upload: Upload) -> None:
    """Check a small file of text here and now, others are left to a worker; refreshes `upload`.

    For a page that shows what a choice has changed.
    """
    if is_quick(upload):
        check(upload.pk)
    upload.refresh_from_db()


def is_quick(upload: Upload) -> bool:
    """Whether the file, and what it is compared with, can be read within a request."""
    is_text = file_names.ending(upload.file_name) in TEXT_ENDINGS
    is_small = upload.size <= QUICK_BYTES and changes.rows_to_compare(upload) <= QUICK_ROWS
    return is_text and is_small


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
    rows_file = stored_files.refused_rows_of(upload)
    timed = TimedFile(path)

    def progressed(share: float) -> None:
        timed.check()
        lease.renew(report={"progress": round(share, 3)})

    with io.BufferedReader(timed) as handle, stored_files.LeftOutRows(rows_file) as left_out:
        inspection = _inspection(upload, handle)
        try:
            inspection.run(on_left_out=left_out.add, on_progress=progressed)
        except FileRefused as exc:
            report = inspection.report().to_json()
            report |= {"error_kind": exc.kind, "error_line": exc.line, "error_raw": exc.raw}
            report["can_skip_broken"] = inspection.can_skip_broken(exc)
            if inspection.is_read_to_end:
                left_out.write(inspection.names())
            else:
                # Only a part of the rows that do not fit is known.
                report["refused_count"] = 0
            lease.end(Upload.State.REFUSED, report=report, error=exc.message, hint=exc.hint)
            return
        left_out.write(inspection.names())
    _end(upload, lease, inspection.report().to_json())


def _inspection(upload: Upload, handle: BinaryIO) -> Inspection:
    return Inspection(
        handle,
        file_name=upload.file_name,
        chosen=_chosen(upload),
        limits=settings.UPLOAD_LIMITS,
        wanted=Wanted(
            template=template_of(upload),
            is_into=upload.into_id is not None,
            columns=upload.choices.get("columns", []),
            fixes=upload.choices.get("fixes", {}),
        ),
    )


def _end(upload: Upload, lease: Lease, report: dict[str, Any]) -> None:
    if upload.into is not None and report["row_count"]:
        lease.renew()
        report["diff"] = changes.diff(upload, report, after_chunk=lease.renew)
    lease.end(Upload.State.CHECKED, report=report, error="", hint="")


def _chosen(upload: Upload) -> Chosen:
    dialect = upload.choices.get("dialect", {})
    quote = dialect.get("quote", "")
    if upload.choices.get("fixes", {}).get("unclosed") == "no_quotes":
        quote = "none"
    return Chosen(
        encoding=dialect.get("encoding") or None,
        delimiter=delimiters.BY_NAME.get(dialect.get("delimiter", "")),
        quote=delimiters.QUOTE_BY_NAME.get(quote),
        sheet=dialect.get("sheet") or None,
        has_header=dialect.get("has_header", True),
        header_row=dialect.get("header_row", 1),
        skips_broken=dialect.get("skips_broken", False),
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
