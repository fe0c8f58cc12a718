"""What scripts do on the Data page, in Chromium on the served page."""

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Dialog, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Workspace
from playground import queries
from playground.models import Playground
from playground.services import editing
from playground.services.rows import ColumnDraft, create_playground

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(workspace: Workspace) -> Playground:
    return create_playground(
        workspace=workspace,
        user=None,
        name="Shop",
        question="",
        columns=[ColumnDraft(name="question"), ColumnDraft(name="topic", role="filter")],
        rows=[[f"Question {n}?", ("Returns", "Delivery")[n % 2]] for n in range(6)],
        source_name="shop.csv",
    )


def cells(playground: Playground, position: int) -> list[str]:
    row = queries.rows_of(queries.current_version(playground)).get(position=position)
    return [row.cells[str(column.pk)] for column in playground.columns.all()]


def test_cells_are_edited_by_keys_and_changed_back(page: Page, shop: Playground) -> None:
    page.goto(reverse("data", args=[shop.pk]))
    page.locator("#r2 td").first.click()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    box = page.get_by_role("textbox", name="question of row 3")
    expect(box).to_be_focused()

    # Tab saves, and opens the next cell.
    box.fill("Is it waterproof?")
    page.keyboard.press("Tab")
    expect(page.locator("#r3 td").first).to_contain_text("Is it waterproof?")
    next_box = page.get_by_role("textbox", name="topic of row 3")
    expect(next_box).to_be_focused()

    # Esc leaves the cell as it was, with the focus on it.
    next_box.fill("Nothing")
    page.keyboard.press("Escape")
    expect(page.locator("#r3 td").nth(1)).to_be_focused()
    assert cells(shop, 3) == ["Is it waterproof?", "Returns"]

    page.keyboard.press("z")
    expect(page.locator("#toasts")).to_contain_text("Row 3 is as it was.")
    expect(page.locator("#r3 td").first).to_contain_text("Question 2?")
    assert cells(shop, 3) == ["Question 2?", "Returns"]
    assert page.url.endswith(reverse("data", args=[shop.pk]))


def test_a_filter_is_chosen_and_the_rows_left_are_deleted(page: Page, shop: Playground) -> None:
    page.goto(reverse("data", args=[shop.pk]))
    page.keyboard.press("f")
    page.get_by_role("link", name="topic").first.click()
    page.get_by_label("Value").select_option("Delivery")
    page.get_by_role("button", name="Filter rows").click()

    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.get_by_label("Remove topic is Delivery")).to_be_visible()
    page.get_by_label("Select row 2").check()
    page.get_by_label("Select row 6").check()
    expect(page.get_by_text("2 rows are selected.")).to_be_visible()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete 2 rows").click()

    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_label("Remove topic is Delivery").click()
    expect(page.locator("tbody tr")).to_have_count(4)
    assert queries.current_version(shop).row_count == 4


def test_a_text_that_is_not_saved_is_not_lost(page: Page, shop: Playground) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.goto(reverse("data", args=[shop.pk]))
    page.locator("#r1 td").first.dblclick()
    box = page.get_by_role("textbox", name="question of row 1")
    expect(box).to_be_focused()
    page.keyboard.type(" Typed.")

    # Another cell, whose row would come back over this one: not before this one is saved.
    page.locator("#r1 td").nth(1).dblclick()
    expect(page.locator("#notices")).to_contain_text("This cell is not saved.")
    expect(page.locator("form[data-cell-form]")).to_have_count(1)
    expect(box).to_be_focused()

    # A search leaves the page.
    page.get_by_role("searchbox").fill("Delivery")
    page.keyboard.press("Enter")
    expect(box).to_have_value("Question 0? Typed.")
    page.wait_for_timeout(200)
    assert asked == ["beforeunload"]

    box.press("Enter")
    expect(page.locator("#r1 td").first).to_contain_text("Question 0? Typed.")
    expect(page.locator("#notices")).to_be_hidden()
    page.reload()
    assert asked == ["beforeunload"]


def test_a_text_whose_row_was_deleted_stays_to_be_copied(page: Page, shop: Playground) -> None:
    page.goto(reverse("data", args=[shop.pk]))
    page.locator("#r2 td").first.dblclick()
    box = page.get_by_role("textbox", name="question of row 2")
    box.fill("Mine")
    version = queries.current_version(shop)
    editing.delete_rows(shop, list(queries.rows_of(version).values_list("pk", flat=True)[1:2]))

    box.press("Enter")

    expect(page.locator("#notices")).to_contain_text("Row 2 was deleted meanwhile.")
    expect(box).to_have_value("Mine")
    # A page in answer to a request in place is a notice too.
    box.press("Escape")
    Playground.objects.filter(pk=shop.pk).delete()
    page.locator("#r3 td").first.dblclick()
    expect(page.locator("#notices")).to_contain_text("There is nothing here for you")
    expect(page.locator("#notices .note")).to_have_count(1)
    expect(page.locator("main main, td .page")).to_have_count(0)


def test_a_tap_opens_a_cell_that_nothing_lies_over(
    chromium: Browser, live_server: LiveServer, page: Page, shop: Playground
) -> None:
    phone = chromium.new_context(
        base_url=live_server.url,
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        storage_state=page.context.storage_state(),
    )
    tab = phone.new_page()
    tab.goto(reverse("data", args=[shop.pk]))
    cell = tab.locator("#r2 td").first
    expect(cell.locator("a")).to_have_css("opacity", "0")

    cell.tap()

    box = tab.get_by_role("textbox", name="question of row 2")
    expect(box).to_be_focused()
    # Another tap goes into the text.
    box.tap()
    expect(box).to_have_count(1)
    phone.close()
