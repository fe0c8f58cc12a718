"""A body that is too large is refused while it streams in, with words."""

import asyncio
import io
import os
from collections.abc import Mapping
from typing import Any

import pytest
from pytest_django import Settings

from config.asgi import application
from config.limits import MIB, UploadLimits

FORM = b"multipart/form-data; boundary=x"


class Recorder(io.BytesIO):
    """A file that notes what is written to it, also after it is closed."""

    def __init__(self, kept: list[bytes]) -> None:
        super().__init__()
        self._kept = kept

    def write(self, chunk: Any) -> int:
        self._kept.append(bytes(chunk))
        return super().write(chunk)


def send(chunks: list[bytes], content_type: bytes, *declared: bytes) -> dict[str, Any]:
    """Post the chunks to the login page; the answer's status and text."""
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/accounts/login/",
        "query_string": b"",
        "headers": [
            (b"host", b"127.0.0.1"),
            (b"content-type", content_type),
            *((b"content-length", length) for length in declared),
        ],
    }
    messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    coming = iter([*messages, {"type": "http.request", "body": b"", "more_body": False}])
    sent: list[Mapping[str, Any]] = []

    async def receive() -> Mapping[str, Any]:
        if message := next(coming, None):
            return message
        return await asyncio.Future()  # The browser stays.

    async def answer(message: Mapping[str, Any]) -> None:
        sent.append(message)

    asyncio.run(application(scope, receive, answer))
    return {"status": sent[0]["status"], "text": sent[1]["body"].decode()}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("content_type", "limit"), [(FORM, 2 * MIB), (b"application/x-www-form-urlencoded", 4 * MIB)]
)
def test_it_refuses_a_body_over_the_limit(
    settings: Settings, content_type: bytes, limit: int
) -> None:
    settings.UPLOAD_LIMITS = UploadLimits(bytes=MIB)
    answer = send([b"x" * MIB] * (limit // MIB) + [b"x"], content_type)

    assert answer["status"] == 413
    assert "larger than" in answer["text"]


@pytest.mark.django_db(transaction=True)
def test_it_takes_a_body_at_the_limit(settings: Settings) -> None:
    settings.UPLOAD_LIMITS = UploadLimits(bytes=MIB)
    body = b"--x\r\nContent-Disposition: form-data; name=f; filename=f\r\n\r\n"
    filled = body + os.urandom(2 * MIB - len(body) - 10) + b"\r\n--x--\r\n"

    assert send([filled], FORM)["status"] != 413


@pytest.mark.django_db(transaction=True)
def test_it_refuses_a_declared_length_over_the_limit_and_keeps_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.UPLOAD_LIMITS = UploadLimits(bytes=MIB)
    kept: list[bytes] = []
    monkeypatch.setattr(
        "django.core.handlers.asgi.tempfile.SpooledTemporaryFile",
        lambda **_options: Recorder(kept),
    )
    answer = send([b"x" * 1000] * 3, FORM, str(2 * MIB + 1).encode())

    assert answer["status"] == 413
    assert b"".join(kept) == b""
