"""The scripts in Chromium, on pages of their own, under the product's policy."""

import pytest
from playwright.sync_api import FilePayload

from tests.face.conftest import ORIGIN, Stage

GRID = """<div data-grid role="grid">
<div role="row"><div role="columnheader">Question</div></div>
<div role="row"><div role="gridcell" tabindex="-1" id="a1"><a data-open href="#a1">o</a></div>
<div role="gridcell" tabindex="-1" id="b1"><a data-open href="#b1">o</a></div></div>
<div role="row"><div role="gridcell" tabindex="-1" id="a2"><a data-open href="#a2">o</a></div>
<div role="gridcell" tabindex="-1" id="b2"><a data-open href="#b2">o</a></div></div></div>"""
DROP = """<form data-drop-form action="/sent" method="get"><input type="file" name="file">
<label class="drop">Drop</label><progress data-upload hidden></progress></form>"""
PASTE = """text => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  document.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
}"""
DROP_FILE = """() => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File(["a,b\\n1,2"], "rows.csv"));
  const kind = { dataTransfer, bubbles: true, cancelable: true };
  document.body.dispatchEvent(new DragEvent("drop", kind));
}"""
SLIDER = """<span data-slider><svg class="hist" viewBox="0 0 114 20" data-in="above">
<rect class="in" x="7.5" width="49"/><rect class="in" x="57.5" width="49"/>
<path class="th" d="M7 0V20"/>
</svg><input type="range" min="0" max="1" step="0.1" value="0"><output>0</output></span>"""


def test_it_breaks_no_rule_of_the_policy(stage: Stage) -> None:
    stage.show(f"{GRID}{DROP}{SLIDER}<dialog id='dialog'></dialog>")

    assert stage.violations == []


def test_it_moves_through_the_grid_with_letters(stage: Stage) -> None:
    page = stage.show(GRID)

    for key in ("j", "j", "l"):
        page.keyboard.press(key)

    assert page.locator(".cur").get_attribute("id") == "b2"
    assert page.locator("[tabindex='0']").count() == 1
    assert page.locator("[role=row][aria-selected]").count() == 1


def test_it_stays_at_the_edge_of_the_grid(stage: Stage) -> None:
    page = stage.show(GRID)

    for key in ("ArrowDown", "ArrowUp", "ArrowUp", "ArrowLeft"):
        page.keyboard.press(key)

    assert page.locator(".cur").get_attribute("id") == "a1"


def test_it_opens_the_current_answer_with_enter(stage: Stage) -> None:
    page = stage.show(GRID)

    page.keyboard.press("j")
    page.keyboard.press("Enter")

    assert page.url.endswith("#a1")


def test_it_opens_an_answer_that_is_clicked(stage: Stage) -> None:
    page = stage.show(GRID)

    page.locator("#b2").click(position={"x": 200, "y": 5})

    assert page.url.endswith("#b2")
    assert page.locator(".cur").get_attribute("id") == "b2"


def test_it_opens_no_answer_whose_text_is_being_selected(stage: Stage) -> None:
    page = stage.show(GRID.replace(">o</a></div>", ">o</a> Some text to be selected</div>"))
    box = page.locator("#b2").bounding_box()
    assert box

    page.mouse.move(box["x"] + 20, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 8)
    page.mouse.up()

    assert page.evaluate("String(getSelection())")
    assert "#" not in page.url


def test_it_goes_back_from_the_drawer_to_the_answer_it_shows(stage: Stage) -> None:
    cell = (
        '<div role="gridcell" tabindex="-1" id="{}"><a data-open href="/rows/{}?cell={}"></a></div>'
    )
    cells = "".join(cell.format(f"{x}{n}", n, x) for n in (1, 2) for x in "ab")
    close = '<a data-close href="/page?row=2&cell=b">Close</a>'
    page = stage.show(
        f'<div data-grid><div role="row">{cells}</div></div><div id="drawer">{close}</div>'
    )

    page.keyboard.press("Escape")

    assert page.evaluate("document.activeElement.id") == "b2"
    assert page.locator(".cur").get_attribute("id") == "b2"


def test_it_presses_the_control_of_a_pair_of_keys(stage: Stage) -> None:
    page = stage.show(
        '<a href="#fails" data-key="f f">Any fail</a><a href="#all" data-key="f a">All</a>'
    )

    page.keyboard.press("f")
    page.keyboard.press("f")

    assert page.url.endswith("#fails")


def test_it_puts_the_focus_into_the_search(stage: Stage) -> None:
    page = stage.show('<input type="search" data-key="/" id="search">')

    page.keyboard.press("/")
    page.keyboard.type("a/j")

    assert page.locator("#search").input_value() == "a/j"


def test_it_leaves_letters_to_fields(stage: Stage) -> None:
    page = stage.show(f"<input id='name'>{GRID}")

    page.locator("#name").press("j")

    assert page.locator(".cur").count() == 0


def test_it_can_switch_letters_off(stage: Stage) -> None:
    page = stage.show(f"<input type='checkbox' data-single-keys checked>{GRID}")

    page.locator("[data-single-keys]").uncheck()
    page.locator("[data-single-keys]").blur()
    page.keyboard.press("j")
    assert page.locator(".cur").count() == 0

    page.keyboard.press("ArrowDown")
    assert page.locator(".cur").count() == 1


@pytest.mark.parametrize(("key", "number"), [("[", 6), ("]", 8)])
def test_it_goes_to_the_run_beside_this_one(stage: Stage, key: str, number: int) -> None:
    links = "".join(
        f'<a href="#run{n}" {"aria-current=true" if n == 7 else ""}>{n}</a>' for n in (8, 7, 6)
    )
    page = stage.show(f"<div data-runs>{links}</div>")

    page.keyboard.press(key)

    assert page.url.endswith(f"#run{number}")


def test_it_sends_the_form_when_a_file_is_dropped_anywhere(stage: Stage) -> None:
    page = stage.show(DROP)

    with page.expect_navigation(url=f"{ORIGIN}/sent?file=rows.csv"):
        page.evaluate(DROP_FILE)


def test_it_sends_the_form_when_a_file_is_chosen(stage: Stage) -> None:
    page = stage.show(DROP)
    file = FilePayload(name="mine.csv", mimeType="text/csv", buffer=b"a\n1\n")

    with page.expect_navigation(url=f"{ORIGIN}/sent?file=mine.csv"):
        page.locator("input[type=file]").set_input_files(file)


@pytest.mark.parametrize(
    ("text", "name"), [("a\tb\n1\t2", "pasted.tsv"), ("a,b\n1,2", "pasted.csv")]
)
def test_it_takes_pasted_cells_for_a_file(stage: Stage, text: str, name: str) -> None:
    page = stage.show(DROP)

    with page.expect_navigation(url=f"{ORIGIN}/sent?file={name}"):
        page.evaluate(PASTE, text)


def test_it_ignores_a_pasted_word(stage: Stage) -> None:
    page = stage.show(DROP)

    page.evaluate(PASTE, "hello")

    assert page.url == f"{ORIGIN}/page"


def test_it_opens_and_closes_a_dialog(stage: Stage) -> None:
    page = stage.show(
        '<button data-dialog="d">Open</button>'
        '<dialog id="d"><button data-close>Cancel</button></dialog>'
    )

    page.click("text=Open")
    assert page.locator("#d").is_visible()

    page.click("text=Cancel")
    assert not page.locator("#d").is_visible()
    assert page.evaluate("document.activeElement.textContent") == "Open"


def test_it_moves_the_line_with_the_slider(stage: Stage) -> None:
    page = stage.show(SLIDER)

    page.locator("input[type=range]").fill("0.5")

    assert page.locator("output").text_content() == "0.5"
    assert page.locator(".th").get_attribute("d") == "M57.0 0V20"
    classes = [bar.get_attribute("class") for bar in page.locator("rect").all()]
    assert classes == ["out", "in"]
    assert "changed" in (page.locator("[data-slider]").get_attribute("class") or "")


@pytest.mark.parametrize(
    ("side", "end", "classes"), [("above", "1", ["out", "in"]), ("below", "0", ["in", "out"])]
)
def test_it_counts_scores_on_a_line_at_the_end_as_passing(
    stage: Stage, side: str, end: str, classes: list[str]
) -> None:
    page = stage.show(SLIDER.replace('data-in="above"', f'data-in="{side}"'))

    page.locator("input[type=range]").fill("0.5")
    page.locator("input[type=range]").fill(end)

    assert [bar.get_attribute("class") for bar in page.locator("rect").all()] == classes


def test_it_takes_a_toast_away_after_six_seconds(stage: Stage) -> None:
    # Installed alone, the clock would go on by itself as well.
    stage.page.clock.install(time=0)
    stage.page.clock.pause_at(1000)
    page = stage.show("")
    page.evaluate("toasts.innerHTML = '<div class=toast data-toast>Saved.</div>'")

    page.clock.run_for(5900)
    assert page.locator(".toast").count() == 1

    page.clock.run_for(200)
    assert page.locator(".toast").count() == 0


def test_it_shows_controls_that_need_a_script(stage: Stage) -> None:
    page = stage.show("<button hidden data-script>Copy</button>")

    assert page.locator("button").is_visible()


def test_it_closes_the_drawer_and_keeps_the_address_of_the_grid(stage: Stage) -> None:
    page = stage.show(
        '<aside id="drawer"><a href="/grid" data-close>Close</a><h2>Row 41</h2></aside>'
    )

    page.keyboard.press("Escape")

    assert page.locator("#drawer").inner_html() == ""
    assert page.url == f"{ORIGIN}/grid"


def test_it_says_when_the_server_cannot_be_reached(stage: Stage) -> None:
    template = "<template id='failed-connection'><p class='note'>Not connected.</p></template>"
    page = stage.show(template)

    page.evaluate("document.dispatchEvent(new CustomEvent('htmx:sendError'))")

    assert page.locator("#notices").inner_text() == "Not connected."


def test_it_names_the_tab_after_the_progress(stage: Stage) -> None:
    page = stage.show('<p data-page-title="62% · Run 7">62%</p>')

    assert page.title() == "62% · Run 7"


def test_it_draws_marks_of_the_sprite_in_the_colours_of_the_page(stage: Stage) -> None:
    page = stage.show(
        '<svg class="vm fail"><use href="/static/icons.svg#v-fail"/></svg>',
        head='<link rel="stylesheet" href="/static/css/tokens.css">'
        '<link rel="stylesheet" href="/static/css/components/verdict.css">',
    )

    picture = page.locator("svg").screenshot()
    page.locator("svg").evaluate("mark => mark.classList.replace('fail', 'pass')")

    assert page.locator("svg").screenshot() != picture
