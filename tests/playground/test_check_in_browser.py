"""What scripts do on the check of an import, in Chromium on the served pages."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from playground.models import Playground, Upload
from playground.services import uploads
from tests.playground.conftest import Bring

pytestmark = pytest.mark.django_db(transaction=True)
FILE = b"id,question,context\n1,Where?,Here\n2,Who?,\n3,,There\n4,Why?,So,too much\n"


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
