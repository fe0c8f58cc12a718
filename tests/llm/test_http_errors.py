import json
from datetime import UTC, datetime

import pytest

from evals.llm.http_errors import error_for, retry_after_s

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "1"}, 1),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "Sun, 01 Mar 2026 12:01:30 GMT"}, 90),
        ({"retry-after": "Sun, 01 Mar 2026 11:00:00 GMT"}, 0),
        ({"retry-after": "Sun, 01 Mar 2026 12:01:30"}, 90),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "inf"}, None),
        ({}, None),
    ],
)
def test_it_reads_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("status", "kind", "retryable", "billed_maybe"),
    [
        (400, "bad_request", False, False),
        (401, "auth", False, False),
        (402, "forbidden", False, False),
        (404, "not_found", False, False),
        (408, "server", True, False),
        (409, "server", True, False),
        (418, "bad_response", False, False),
        (422, "bad_request", False, False),
        (429, "rate_limited", True, False),
        (500, "server", True, False),
        (503, "server", True, False),
        (504, "server", True, True),
    ],
)
def test_each_status_becomes_its_kind(
    status: int, kind: str, retryable: bool, billed_maybe: bool
) -> None:
    error = error_for(status, {}, b'{"error": {"message": "No."}}')

    assert (error.kind, error.retryable, error.billed_maybe) == (kind, retryable, billed_maybe)
    assert error.status == status
    assert error.message.endswith(": No.")


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "Overloaded"}},
        {"error": "Overloaded"},
        {"message": "Overloaded"},
        {"detail": "Overloaded"},
        [{"error": {"message": "Overloaded", "code": 503}}],
        "Overloaded",
    ],
)
def test_it_quotes_the_provider_in_whichever_form(body: object) -> None:
    assert error_for(500, {}, json.dumps(body).encode()).message.endswith(": Overloaded")


@pytest.mark.parametrize("body", [b"", b"<html>Bad gateway</html>", b"[" * 100_000, b"\xff", b"7"])
def test_it_quotes_nothing_of_a_body_it_cannot_read(body: bytes) -> None:
    assert error_for(500, {}, body).message == "The provider failed with status 500."


def test_a_quota_that_is_used_up_is_not_tried_again() -> None:
    body = b'{"error": {"message": "Quota.", "code": "insufficient_quota"}}'

    error = error_for(429, {}, body)

    assert (error.kind, error.retryable) == ("rate_limited", False)
    assert "credit" in error.hint
