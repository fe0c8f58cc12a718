"""A template in the browser: saved as mine, edited, and a playground started with its rows."""

import re

from playwright.sync_api import Page, expect


def test_a_template_is_saved_edited_and_started_with(page: Page) -> None:
    page.goto("/templates")
    page.get_by_role("link", name=re.compile("^Question and answer")).click()
    page.get_by_role("button", name="Save as mine").click()

    page.get_by_label("Name", exact=True).fill("Trivia")
    page.get_by_label("Name of question").fill("riddle")
    page.get_by_role("button", name="Add column").click()
    page.get_by_label("Name of new_column").fill("round")
    rows = page.get_by_label(re.compile(r"^Row \d+, riddle$"))
    expect(rows).to_have_count(8)
    page.get_by_role("button", name="Remove row 8").click()
    expect(rows).to_have_count(7)
    page.get_by_role("button", name="Add sample row").click()
    expect(rows).to_have_count(8)
    rows.last.fill("Which animal has the longest neck?")
    page.locator(".page-head").get_by_role("button", name="Save template").click()

    expect(page.locator("h1")).to_have_text("Trivia")
    expect(page.locator(".ptext").first).to_have_text("{{riddle}}")
    page.get_by_role("button", name="Start with its 8 sample rows").click()

    expect(page.locator("#variants")).to_contain_text("Short answer")
    expect(page.locator("#kpis")).to_contain_text("of its template come later")
    expect(page.get_by_role("button", name=re.compile("Run 16 answers"))).to_be_enabled()
