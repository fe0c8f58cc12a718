"""Three ways of bringing data, from the empty home page to stored rows, by mouse and by keys."""

import csv
import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Download, Locator, Page, expect

from tests.ground.conftest import ROOT, Started

ROWS = [
    ["How long does parcel 1 take?", "2 days", "Parcel 1 takes 2 days.\nThe office closes at 18."],
    ["How long does parcel 2 take?", '"3" days, at most', "Parcel 2 takes 3 days; as ever"],
    ["Wie lange dauert Paket 3? ✓", "4 Tage", "Paket 3 dauert 4 Tage."],
]
IMPORT = re.compile(r"^Import \d+ rows?$")
SETUP = re.compile(r"/playgrounds/(\d+)/setup")
CHECK = re.compile(r"/imports/\d+")


@pytest.fixture(scope="module")
def start_options() -> list[str]:
    return ["--no-sample"]


@pytest.fixture(autouse=True)
def empty_home(environment: dict[str, str], product: Started) -> None:
    """No playground, as before the first one."""
    product.link()
    emptied = "from playground.models import Playground; Playground.objects.all().delete()"
    subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "shell", "-c", emptied],
        env=environment,
        check=True,
        timeout=60,
    )


def drop(page: Page, file: Path) -> None:
    """Drag a file of the disk from outside the browser onto the middle of the page."""
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(file)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 500, "y": 400, "data": data})


def written(file: Path, rows: list[list[str]]) -> Path:
    with file.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows(rows)
    return file


def header_of(download: Download) -> list[str]:
    """The names in a downloaded file to fill in."""
    text = download.path().read_text(encoding="utf-8-sig")
    return next(csv.reader(io.StringIO(text, newline="")))


def imported(page: Page) -> str:
    """Go from the check of a file to the setup of its playground: the playground's number."""
    page.get_by_role("button", name=IMPORT).first.click(timeout=30_000)
    page.wait_for_url(SETUP, timeout=30_000)
    found = SETUP.search(page.url)
    assert found
    return found[1]


def stored(page: Page, playground: str) -> list[list[str]]:
    """The rows that are stored, with their columns' names, as they are exported."""
    answer = page.request.get(f"/playgrounds/{playground}/data/export?format=csv")
    return list(csv.reader(io.StringIO(answer.body().decode("utf-8-sig"), newline="")))


def previewed(page: Page) -> Locator:
    return page.locator("#file-preview th")


def test_a_file_dropped_on_the_empty_home_page_becomes_rows(page: Page, tmp_path: Path) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", name="Popular templates")).to_be_visible()
    header = ["question", "expected_answer", "context"]

    drop(page, written(tmp_path / "parcels.csv", [header, *ROWS]))

    page.wait_for_url(CHECK)
    assert stored(page, imported(page)) == [header, *ROWS]


def test_a_filled_template_becomes_rows_with_its_columns_and_setup(
    page: Page, tmp_path: Path
) -> None:
    page.goto("/")
    page.get_by_role("link", name=re.compile("Answers with context")).click()
    expect(page.get_by_role("heading", name="Answers with context")).to_be_visible()
    with page.expect_download() as found:
        page.get_by_role("button", name="Download template").click()
    header = header_of(found.value)
    assert header == previewed(page).all_inner_texts()
    rest = ["kb-1", "Delivery", "yes"]

    drop(page, written(tmp_path / "filled.csv", [header, *([*row, *rest] for row in ROWS)]))

    page.wait_for_url(CHECK)
    playground = imported(page)
    assert stored(page, playground) == [header, *([*row, *rest] for row in ROWS)]
    expect(page.locator("#variants")).to_contain_text("With context")
    page.goto(f"/playgrounds/{playground}/data/columns")
    expect(page.get_by_label("answerable is used as")).to_have_value("answerable")


def test_an_edited_template_becomes_rows_in_its_order(page: Page, tmp_path: Path) -> None:
    page.goto("/")
    page.get_by_role("link", name=re.compile("Answers with context")).click()
    _edits(page)
    header = ["context", "Frage", "expected_answer", "topic", "tier"]
    expect(previewed(page)).to_have_text(header)
    with page.expect_download() as found:
        page.get_by_role("button", name="Download template").click()
    assert header_of(found.value) == header
    rows = [[row[2], row[0], row[1], "Delivery", "7"] for row in ROWS]

    drop(page, written(tmp_path / "mine.csv", [header, *rows]))

    page.wait_for_url(CHECK)
    playground = imported(page)
    assert stored(page, playground) == [header, *rows]
    page.get_by_role("link", name=re.compile("Edit.*With context|With context")).first.click()
    expect(page.locator("textarea[data-prompt]").last).to_have_value(re.compile("{{Frage}}"))
    page.goto(f"/playgrounds/{playground}/data/columns")
    expect(page.get_by_label("Type of tier")).to_have_value("number")


def _edits(page: Page) -> None:
    """Renames by typing, drags the context to the top, moves by keys, removes, adds, types."""
    name = page.get_by_label("Name of question")
    name.fill("Frage")
    expect(previewed(page).first).to_have_text("Frage")
    _drags(page, "Move context", above="Name of question")
    expect(previewed(page)).to_have_text(
        ["context", "Frage", "expected_answer", "source_id", "topic", "answerable"]
    )
    name.press("Alt+ArrowDown")
    expect(previewed(page).nth(2)).to_have_text("Frage")
    expect(page.locator("#column-status")).to_have_text("Frage is column 3 of 6 now.")
    expect(name).to_be_focused()
    name.press("Alt+ArrowUp")
    expect(previewed(page).nth(1)).to_have_text("Frage")
    for gone in ("source_id", "answerable"):
        page.get_by_role("button", name=f"Remove {gone}").click()
        expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.get_by_role("button", name="Add column").click()
    new = page.get_by_label("Name of new_column")
    expect(new).to_be_focused()
    page.keyboard.type("Frage")
    expect(
        page.get_by_text("Another column is called “Frage”. Rename one of them.")
    ).to_be_visible()
    new.fill("tier")
    page.get_by_label("Type of new_column").select_option("Number")
    expect(page.get_by_text("Another column is called")).to_have_count(0)


def _drags(page: Page, grip: str, *, above: str) -> None:
    start = page.get_by_label(grip, exact=True).bounding_box()
    end = page.get_by_label(above).bounding_box()
    assert start
    assert end
    x = start["x"] + start["width"] / 2
    page.mouse.move(x, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(x, end["y"] + 40, steps=4)
    page.mouse.move(x, end["y"] - 2, steps=4)
    page.mouse.up()


def tab_to(page: Page, wanted: Locator, *, most: int = 80) -> None:
    """Press Tab until `wanted` has the focus."""
    for _press in range(most):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{wanted} cannot be reached with Tab.")


def test_all_three_ways_can_be_gone_with_the_keyboard_alone(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "short.csv"
    page.on("filechooser", lambda chooser: chooser.set_files(file))
    page.goto("/")
    tab_to(page, page.get_by_role("link", name=re.compile(r"^All \d+ templates$")))
    page.keyboard.press("Enter")
    page.wait_for_url("**/playgrounds/new")
    tab_to(page, page.get_by_role("link", name=re.compile("^Summaries")))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Summaries")).to_be_focused()
    names = previewed(page).all_inner_texts()

    tab_to(page, page.get_by_label(f"Move {names[0]}", exact=True), most=1)
    page.keyboard.press("Alt+ArrowDown")
    expect(previewed(page).nth(1)).to_have_text(names[0])
    tab_to(page, page.get_by_label(f"Name of {names[0]}"), most=1)
    page.keyboard.type("renamed")
    expect(previewed(page).nth(1)).to_have_text("renamed")
    tab_to(page, page.get_by_role("button", name=f"Remove {names[2]}"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    header = [names[1], "renamed", *names[3:]]
    expect(previewed(page)).to_have_text(header)

    tab_to(page, page.get_by_role("button", name="Download template"))
    with page.expect_download() as found:
        page.keyboard.press("Enter")
    assert header_of(found.value) == header
    rows = [[f"{name} of row {number}" for name in header] for number in (1, 2)]
    tab_to(page, page.get_by_role("button", name="Upload filled file"))
    written(file, [header, *rows])
    page.keyboard.press("Enter")

    page.wait_for_url(CHECK)
    button = page.get_by_role("button", name=IMPORT).first
    expect(button).to_be_visible(timeout=30_000)
    tab_to(page, button)
    page.keyboard.press("Enter")
    page.wait_for_url(SETUP, timeout=30_000)
    found_number = SETUP.search(page.url)
    assert found_number
    assert stored(page, found_number[1]) == [header, *rows]


def test_pasted_cells_are_a_file(page: Page) -> None:
    page.goto("/playgrounds/new")
    page.evaluate(
        """text => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            document.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
        }""",
        "question\texpected_answer\nHow far?\t2 km\nHow long?\t3 h\n",
    )

    page.wait_for_url(CHECK)
    assert stored(page, imported(page)) == [
        ["question", "expected_answer"],
        ["How far?", "2 km"],
        ["How long?", "3 h"],
    ]


def test_an_upload_tells_its_bytes_and_can_be_ended(
    visitor: BrowserContext, tmp_path: Path
) -> None:
    # Not the page that minds complaints: htmx writes an ended request to the console.
    page = visitor.new_page()
    page.goto("/playgrounds/new?template=summaries")
    name = page.get_by_role("textbox", name=re.compile("^Name of ")).first
    name.fill("mine")
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 100_000}
    session.send("Network.emulateNetworkConditions", slow)
    file = written(tmp_path / "long.csv", [["question"], *[["x" * 1000]] * 3000])

    page.set_input_files("input[type=file]", file)
    expect(page.get_by_text(re.compile(r"^\d\.\d of 2\.9 MB$"))).to_be_visible(timeout=15_000)
    page.get_by_role("button", name="Cancel").click()

    expect(page.get_by_role("progressbar")).to_have_count(0)
    expect(name).to_have_value("mine")
    assert page.url.endswith("template=summaries")
    page.close()
