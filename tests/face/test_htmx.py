"""The scripts together with htmx, under the configuration that base.html gives it."""

import re

import pytest
from playwright.sync_api import FilePayload

from tests.face.conftest import ROOT, Stage

CONFIG = re.search(
    r'<meta name="htmx-config".*?>', (ROOT / "templates/base.html").read_text(), re.S
)
HEAD = f"""{CONFIG[0] if CONFIG else ""}<meta name="csrf-token" content="abc123">
<script src="/static/django_htmx/htmx-2.min.js" defer></script>"""
CELL = """<a href="/row" hx-get="/row" hx-target="#drawer" hx-push-url="true" id="cell">Open</a>
<aside id="drawer"></aside>"""
ROW = '<h2>Row 41</h2><a href="/page" data-close>Close</a>'


@pytest.fixture
def htmx(stage: Stage) -> Stage:
    stage.fragments["/row"] = (200, {}, ROW)
    return stage


def test_it_breaks_no_rule_of_the_policy_with_htmx(htmx: Stage) -> None:
    page = htmx.show(CELL, HEAD)

    page.click("#cell")
    page.wait_for_selector("#drawer h2")

    assert htmx.violations == []


def test_it_gives_the_focus_to_the_drawer_and_back(htmx: Stage) -> None:
    page = htmx.show(CELL, HEAD)
    page.locator("#cell").press("Enter")
    page.wait_for_selector("#drawer h2:focus")

    page.keyboard.press("Escape")

    assert page.evaluate("document.activeElement.id") == "cell"
    assert page.url.endswith("/page")


def test_it_reloads_the_page_on_the_way_back(htmx: Stage) -> None:
    page = htmx.show(CELL, HEAD)
    page.click("#cell")
    page.wait_for_selector("#drawer h2")

    page.go_back()
    page.wait_for_selector("#drawer:empty", state="attached")

    assert page.url.endswith("/page")


def test_it_sends_the_token_with_every_request(htmx: Stage) -> None:
    page = htmx.show('<button hx-post="/row" hx-target="#notices">Save</button>', HEAD)

    page.click("button")
    page.wait_for_selector("#notices h2")

    assert htmx.requests[-1].headers["x-csrftoken"] == "abc123"


def test_it_opens_the_dialog_when_its_content_arrives(htmx: Stage) -> None:
    page = htmx.show(
        '<button hx-get="/row" hx-target="#dialog">Edit</button><dialog id="dialog"></dialog>', HEAD
    )

    page.click("button")
    page.wait_for_selector("#dialog[open] h2")
    page.keyboard.press("Escape")

    page.wait_for_selector("#dialog:empty", state="attached")


def test_it_shows_a_refusal_as_a_notice_and_keeps_the_page(htmx: Stage) -> None:
    headers = {"HX-Retarget": "#notices", "HX-Reswap": "innerHTML"}
    htmx.fragments["/refused"] = (422, headers, '<p class="note">Line 812: 5 values.</p>')
    page = htmx.show('<div id="rows">old <button hx-get="/refused">More</button></div>', HEAD)

    page.click("button")

    assert page.locator("#notices .note").inner_text() == "Line 812: 5 values."
    assert "old" in page.locator("#rows").inner_text()


def test_it_keeps_the_page_when_the_server_breaks(htmx: Stage) -> None:
    htmx.fragments["/broken"] = (500, {}, "<h1>Traceback</h1>")
    template = "<template id='failed-answer'><p class='note'>Try again.</p></template>"
    page = htmx.show(f'{template}<p><button hx-get="/broken">More</button></p>', HEAD)

    page.click("button")

    assert page.locator("#notices .note").inner_text() == "Try again."
    assert page.locator("h1").count() == 0


def test_it_sends_a_dropped_file_with_its_progress(htmx: Stage) -> None:
    htmx.fragments["/upload"] = (200, {}, "<h2>Checking rows.csv</h2>")
    page = htmx.show(
        '<form data-drop-form hx-post="/upload" hx-encoding="multipart/form-data"'
        ' hx-target="#notices">'
        '<input type="file" name="file"><progress data-upload hidden></progress></form>',
        HEAD,
    )

    page.locator("input").set_input_files(
        FilePayload(name="rows.csv", mimeType="text/csv", buffer=b"a,b\n1,2\n")
    )

    page.wait_for_selector("#notices h2")
    sent = next(request for request in htmx.requests if request.url.endswith("/upload"))
    assert sent.headers["content-type"].startswith("multipart/form-data")
    assert not page.locator("progress").is_visible()
