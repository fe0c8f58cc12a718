"""The grid of Compare, looked at pixel by pixel."""

from tests.face.conftest import STYLES, Stage, relative

LINKS = "".join(f'<link rel="stylesheet" href="/{relative(path)}">' for path in STYLES)
ROW = """<div class="tr" role="row"><div class="s1"></div><div class="s2"><div class="q">a{}</div>
<div class="exp">b</div></div><div class="oc {}"><div class="oh">Fail</div>
<div class="ot">c{}</div></div></div>"""
GRID = """<main class="main"><div class="cgrid"><div class="cmp n1" role="grid">
<div role="rowgroup" id="rows">{}</div></div></div></main>"""


def test_it_draws_a_line_between_any_two_rows(stage: Stage) -> None:
    # Of different heights, so that rows end at many places between two pixels.
    rows = [ROW.format("<br>a" * (n % 3), "pf"[n % 2], "<br>c" * (n % 4)) for n in range(8)]
    page = stage.show(GRID.format("".join(rows)), head=LINKS)
    boundaries = page.evaluate(
        "[...document.querySelectorAll('#rows > .tr')].slice(1)"
        ".map(row => row.getBoundingClientRect().top)"
    )

    def column(middle: float) -> bytes:
        return page.screenshot(clip={"x": 20, "y": round(middle) - 3, "width": 1, "height": 6})

    assert any(y != round(y) for y in boundaries)
    assert [y for y in boundaries if column(y) == column(y - 12)] == []
