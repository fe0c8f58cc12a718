"""Receives uploaded files up to the limit of bytes and stops reading there."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import multipartparser

# Django answers a part whose headers are longer than 1,024 bytes with a bare 400, and the name of
# the file stands in them: 255 letters of some scripts are too many.
multipartparser.MAX_TOTAL_HEADER_SIZE = 16 * 1024  # type: ignore[attr-defined]  # not in stubs

# What a form has besides its file: the fields of 500 columns, boundaries, the token.
_FORM_BYTES = 1024 * 1024


class BoundedUploadHandler(TemporaryFileUploadHandler):
    """Writes to a temporary file; `is_too_large` says that it was stopped at the limit."""

    is_too_large = False
    _received = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file, or stop before its first byte when the browser announces too many."""
        super().new_file(*args, **kwargs)
        announced = int(self.request.META.get("CONTENT_LENGTH") or 0) if self.request else 0
        if announced > settings.UPLOAD_LIMITS.bytes + _FORM_BYTES:
            self._stop()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Take a chunk, or stop at the limit, for browsers that announce nothing."""
        self._received += len(raw_data)
        if self._received > settings.UPLOAD_LIMITS.bytes:
            self._stop()
        super().receive_data_chunk(raw_data, start)

    def _stop(self) -> None:
        self.is_too_large = True
        raise StopUpload(connection_reset=True)
