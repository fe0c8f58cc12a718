"""The rows of a stored file as they will be stored."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings

from playground.domain import sources
from playground.domain.inspection import intake_of
from playground.domain.sources import Reading
from playground.models import Upload
from playground.services import stored_files
from playground.services.planning import plan_of


def rows_of_upload(upload: Upload) -> Iterator[list[str]]:
    """The cells of each row that will be stored, in the order of `report["columns"]`.

    Of a checked upload, under the columns and fixes that are chosen. Raises FileRefused for a
    file that cannot be read.
    """
    reading = reading_of(upload.report)
    intake = intake_of(reading, plan_of(upload), upload.choices.get("fixes", {}))
    with stored_files.path_of(upload).open("rb") as handle:
        for record in sources.open_source(handle, reading, settings.UPLOAD_LIMITS).records():
            taken = intake.take(record)
            if not taken.left_out:
                yield taken.cells


def reading_of(report: Mapping[str, Any]) -> Reading:
    """How the file was read; reports of older versions say it of tables of text only."""
    if "reading" in report:
        return sources.reading_of(report["reading"])
    dialect = report["dialect"]
    return sources.reading_of(
        {
            "format": "csv",
            "dialect": dialect,
            "encoding": dialect["encoding"],
            "has_header": dialect["has_header"],
        }
    )
