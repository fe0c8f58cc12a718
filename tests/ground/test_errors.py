"""Error pages say what to do and carry an id that stands in the log, and nothing from inside."""

import json
import logging

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from accounts.errors import Refused
from config import urls as product
from config.logs import JsonFormatter

handler400, handler403 = product.handler400, product.handler403
handler404, handler500 = product.handler404, product.handler500


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("SELECT secret FROM inside; key sk-1234567890abcdef")


def refused(request: HttpRequest) -> HttpResponse:
    raise Refused("The column is missing.", hint="Add it.")


urlpatterns = [*product.urlpatterns, path("broken", broken), path("refused", refused)]
pytestmark = pytest.mark.urls(__name__)


def test_a_bug_shows_an_id_and_nothing_from_inside(
    client_alice: Client, caplog: pytest.LogCaptureFixture
) -> None:
    client_alice.raise_request_exception = False
    response = client_alice.get("/broken")

    page = response.content.decode()
    assert response.status_code == 500
    assert response["X-Request-ID"] in page
    assert "RuntimeError" not in page
    assert "SELECT" not in page
    assert "RuntimeError" in caplog.text


@pytest.mark.django_db
def test_an_unknown_address_shows_its_id(client_alice: Client) -> None:
    response = client_alice.get("/nowhere")

    assert response.status_code == 404
    assert response["X-Request-ID"] in response.content.decode()


def test_a_form_without_token_is_refused_with_words(client_alice: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client_alice.cookies
    response = strict.post("/theme", {"theme": "dark"})

    assert response.status_code == 403
    assert response["X-Request-ID"] in response.content.decode()


def test_an_error_for_people_is_a_page_with_its_hint(client_alice: Client) -> None:
    response = client_alice.get("/refused")

    assert response.status_code == 422
    assert "The column is missing." in response.content.decode()
    assert "Add it." in response.content.decode()


def test_an_error_for_htmx_is_a_notice_for_its_place(client_alice: Client) -> None:
    response = client_alice.get("/refused", headers={"HX-Request": "true"})

    assert response["HX-Retarget"] == "#notices"
    assert "<html" not in response.content.decode()


@override_settings(LOGGING_CONFIG=None)
def test_the_log_line_names_the_route_and_never_the_token(
    client: Client, db: None, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        client.get("/accounts/link/very-secret-token")

    lines = [JsonFormatter().format(record) for record in caplog.records]
    assert any('"route": "accounts/link/<str:token>"' in line for line in lines)
    assert not any("very-secret-token" in line for line in lines)


def test_a_log_line_is_one_line_of_json_without_keys() -> None:
    record = logging.makeLogRecord(
        {"name": "evals.engine", "msg": "said\n%s", "args": ("Bearer abcdef123456",), "run_id": 7}
    )
    record.levelname = "INFO"
    text = JsonFormatter().format(record)
    line = json.loads(text)

    assert "\n" not in text
    assert "abcdef123456" not in text
    assert (line["logger"], line["level"], line["run_id"]) == ("evals.engine", "info", 7)
