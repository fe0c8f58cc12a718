"""Static files: collected and compressed when their sources changed, served by WhiteNoise."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

FINGERPRINT = ".sources"


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]  # it has no types
    """WhiteNoise with whole answers: under ASGI Django warns of each file that it streams."""

    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> HttpResponse:
        found = static_file.get_response(request.method, request.META)
        content = b""
        if found.file is not None:
            with found.file as handle:
                content = handle.read()
        response = HttpResponse(content, status=int(found.status))
        del response["Content-Type"]
        for name, value in found.headers:
            response[name] = value
        return response


def collect_if_changed() -> bool:
    """Collect the static files unless that was done for the same sources; True when it was done.

    Sources are told apart by path, size and time of change.
    """
    target = Path(settings.STATIC_ROOT)
    mark = target / FINGERPRINT
    fingerprint = _fingerprint()
    if mark.is_file() and mark.read_text(encoding="utf-8") == fingerprint:
        return False
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    mark.write_text(fingerprint, encoding="utf-8")
    return True


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in sorted(_sources()):
        stat = os.stat(path)
        digest.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _sources() -> Iterator[str]:
    for finder in finders.get_finders():
        for name, storage in finder.list(None):
            yield storage.path(name)
