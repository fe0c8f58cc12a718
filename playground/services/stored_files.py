"""Files on their way in: kept under random names in the data folder, readable by us alone."""

import csv
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryFile

from django.conf import settings

from playground.domain import file_kinds, left_out
from playground.domain.file_kinds import HEAD_BYTES
from playground.domain.intake import Taken
from playground.domain.refusals import FileRefused
from playground.domain.spreadsheets import safe_cell
from playground.models import Upload

KEPT_S = 7 * 24 * 3600
_REFUSED = ".refused.csv"


def folder() -> Path:
    """The folder of stored files, made when it is not there."""
    path = Path(settings.DATA_DIR) / "uploads"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def path_of(upload: Upload) -> Path:
    """Where the file of this upload lies. Its name is ours and never from a request."""
    return folder() / upload.stored_name


def refused_rows_of(upload: Upload) -> Path:
    """Where the rows that could not be taken lie, as CSV; the file may not exist."""
    return folder() / (upload.stored_name + _REFUSED)


def store(chunks: Iterable[bytes], *, check_head: Callable[[bytes], None]) -> tuple[str, int]:
    """Write a stream to a new file: its random name and its size in bytes.

    `check_head` sees the first bytes and may raise. Raises FileRefused over the size limit; a
    refused stream leaves no file behind and is not read to its end.
    """
    name = uuid.uuid4().hex
    path = folder() / name
    try:
        size = _write(path, chunks, check_head)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return name, size


def _write(path: Path, chunks: Iterable[bytes], check_head: Callable[[bytes], None]) -> int:
    size, head, is_checked = 0, b"", False
    limit = settings.UPLOAD_LIMITS.bytes
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        for chunk in chunks:
            size += len(chunk)
            if size > limit:
                raise too_large()
            target.write(chunk)
            head += chunk[: HEAD_BYTES - len(head)]
            if not is_checked and len(head) >= HEAD_BYTES:
                check_head(head)
                is_checked = True
    if not is_checked:
        check_head(head)
    return size


def too_large() -> FileRefused:
    """The refusal of a file over the limit of bytes."""
    return file_kinds.too_large(settings.UPLOAD_LIMITS)


class LeftOutRows:
    """Collects the rows that are left out; `write` makes their file, if there are any.

    Leave it like an open file: what was not written then is gone.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._widest = 0
        path.unlink(missing_ok=True)
        # Without a name, so that a worker that is killed leaves no half of it.
        self._rows = TemporaryFile(  # noqa: SIM115 - closed by __exit__
            "w+", encoding="utf-8", newline="", dir=path.parent
        )

    def __enter__(self) -> "LeftOutRows":
        return self

    def __exit__(self, *_exc: object) -> None:
        self._rows.close()

    def add(self, taken: Taken) -> None:
        """Append one row: its line, why it is left out, its cells, all safe for spreadsheets.

        A blank line holds nothing that could be given back.
        """
        if taken.left_out == "blank":
            return
        self._widest = max(self._widest, len(taken.cells))
        cells = [safe_cell(cell) for cell in taken.cells]
        csv.writer(self._rows).writerow([taken.line, left_out.problem(taken.left_out), *cells])

    def write(self, names: Sequence[str]) -> None:
        """Make the file, with the columns' `names` as the file has them."""
        if not self._widest:
            return
        self._rows.seek(0)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as target:
            header = left_out.header(names, widest=self._widest)
            csv.writer(target).writerow(map(safe_cell, header))
            shutil.copyfileobj(self._rows, target)


def delete(upload: Upload) -> None:
    """Remove the stored file. The refused rows stay until they are old."""
    path_of(upload).unlink(missing_ok=True)


def delete_old() -> None:
    """Remove files that lie here longer than a week: nobody came back for them.

    What is being imported stays.
    """
    oldest = time.time() - KEPT_S
    files = (path for path in folder().iterdir() if path.is_file())
    old = [path for path in files if path.stat().st_mtime < oldest]
    importing = Upload.objects.filter(state=Upload.State.IMPORTING)
    kept = set(importing.values_list("stored_name", flat=True)) if old else set()
    for path in old:
        if path.name.removesuffix(_REFUSED) not in kept:
            path.unlink(missing_ok=True)
