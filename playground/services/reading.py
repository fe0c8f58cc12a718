"""The rows of a stored file as they will be stored."""

from collections.abc import Iterator

from django.conf import settings

from playground.domain.tabular import Dialect, Table
from playground.models import Upload
from playground.services import stored_files


def rows_of_upload(upload: Upload) -> Iterator[list[str]]:
    """The cells of each row that will be stored, in the order of `report["columns"]`.

    Of a checked upload, under the fixes that are chosen. Raises FileRefused for a file that
    cannot be read.
    """
    dialect = Dialect(**upload.report["dialect"])
    with stored_files.path_of(upload).open("rb") as handle:
        for record in Table(handle, dialect, settings.UPLOAD_LIMITS).records():
            if not record.refusal and not record.is_blank:
                yield record.cells
