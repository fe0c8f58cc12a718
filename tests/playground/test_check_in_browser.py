"""What scripts do on the check of an import, in Chromium on the served pages."""

import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from playground.models import Playground, Upload
from playground.services import uploads
from tests.browser import launched
from tests.playground.conftest import Bring

pytestmark = pytest.mark.django_db(transaction=True)
FILE = b"id,question,context\n1,Where?,Here\n2,Who?,\n3,,There\n4,Why?,So,too much\n"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        # The browser's loop runs in this thread, and Django would refuse every query beside it.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        yield browser
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(chromium: Browser, live_server: LiveServer, client_alice: Client) -> Iterator[Page]:
    """A page of Alice's browser."""
    context = chromium.new_context(base_url=live_server.url)
    session = client_alice.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
    )
    yield context.new_page()
    context.close()


def test_choices_show_at_once_and_the_import_does_what_the_button_says(
    page: Page, bring: Bring
) -> None:
    upload = bring(FILE)
    page.goto(reverse("import-check", args=[upload.pk]))
    page.evaluate("window.isTheSamePage = true")
    expect(page.get_by_role("button", name="Import 3 rows")).to_be_visible()

    page.get_by_role("button", name="Join into the last column").click()
    expect(page.get_by_role("button", name="Import 4 rows")).to_be_visible()
    page.get_by_label("Use context as").select_option("filter")
    expect(page.get_by_text("1 row has no context")).to_have_count(0)
    page.get_by_label("Import question as").fill("query")
    page.keyboard.press("Enter")
    expect(page.get_by_role("columnheader", name="query")).to_be_visible()
    page.get_by_role("link", name="Problem rows").click()
    expect(page.get_by_text("more cells than the header").first).to_be_visible()

    assert page.evaluate("window.isTheSamePage")
    assert not Playground.objects.exists()
    page.get_by_role("button", name="Import 4 rows").click()
    expect(page.get_by_role("status")).to_contain_text("Storing rows")
    uploads.run_import(upload.pk)
    upload.refresh_from_db()
    playground = Playground.objects.get()
    names = list(playground.columns.values_list("name", "role"))
    assert upload.state == Upload.State.IMPORTED
    assert names == [("id", "row_id"), ("query", "input"), ("context", "filter")]
    assert playground.versions.get().row_count == 4
