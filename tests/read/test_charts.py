"""Where the marks of the dashboard's drawings lie."""

import pytest

from evals.charts.dashboard import (
    BOXES_WIDTH,
    STACK_WIDTH,
    Quantiles,
    boxes,
    difference,
    scatter,
    span,
    stack,
)
from evals.charts.scales import Axis, ticks


@pytest.mark.parametrize(
    ("high", "marks"),
    [
        (0, [0, 1]),
        (0.38, [0, 0.1, 0.2, 0.3, 0.4]),
        (1, [0, 0.5, 1]),
        (850, [0, 500, 1000]),
        (7, [0, 2, 4, 6, 8]),
        (40, [0, 10, 20, 30, 40]),
    ],
)
def test_it_labels_an_axis_with_round_numbers(high: float, marks: list[float]) -> None:
    assert ticks(high) == pytest.approx(marks)


@pytest.mark.parametrize(("value", "place"), [(0, 10), (5, 60), (10, 110), (99, 110), (-1, 10)])
def test_it_holds_values_within_the_axis(value: float, place: float) -> None:
    assert Axis(low=0, high=10, start=10, end=110).place(value) == place


def test_it_stacks_what_is_there_over_the_whole_width() -> None:
    parts = stack([("p", 3), ("r", 0), ("f", 1)])

    assert [part.css for part in parts] == ["p", "f"]
    assert parts[-1].x + parts[-1].width == pytest.approx(STACK_WIDTH)
    assert parts[0].width == pytest.approx(3 * parts[1].width, abs=0.3)


def test_it_stacks_nothing_from_nothing() -> None:
    assert stack([("p", 0)]) == ()


def test_it_draws_no_difference_in_the_middle() -> None:
    chart = difference(low=-0.1, high=0.1, value=0, span=0.2)

    assert chart.value == chart.zero
    assert chart.low is not None
    assert chart.high is not None
    assert chart.zero - chart.low == pytest.approx(chart.high - chart.zero)


def test_it_draws_no_difference_without_rows() -> None:
    chart = difference(low=None, high=None, value=None, span=0.2)

    assert (chart.low, chart.value) == (None, None)


@pytest.mark.parametrize(("bounds", "wide"), [([], 0.2), ([0.01], 0.2), ([-0.54, 0.36], 1.0)])
def test_it_makes_room_for_the_widest_interval(bounds: list[float], wide: float) -> None:
    assert span(bounds) == pytest.approx(wide)


def test_it_keeps_names_apart() -> None:
    chart = scatter([("A", "Base", 0.4, 0.27), ("B", "Large", 0.4, 0.25)], str)

    upper, lower = chart.points
    assert (upper.name, lower.name) == ("Base", "Large")
    assert lower.label_y - upper.label_y >= 13


def test_it_puts_the_median_into_the_box() -> None:
    quantiles = Quantiles(p5=100, p25=200, p50=300, p75=400, p95=900)

    (box,) = boxes([("A", "A very long name of a variant", quantiles)], str).boxes

    assert box.p5 < box.p25 < box.p50 < box.p75 < box.p95
    assert box.width == pytest.approx(box.p75 - box.p25)
    assert box.name == "A very long name …"


def test_it_leaves_room_for_the_numbers_beside_a_box() -> None:
    quantiles = Quantiles(p5=500, p25=1500, p50=2434, p75=3000, p95=3968)

    (box,) = boxes([("A", "Closed book", quantiles)], lambda ms: f"{ms / 1000:.2f} s").boxes

    # At 11 px no character of these labels is wider than 6.3.
    assert box.label == "2.43 s · p95 3.97 s"
    assert box.label_at + 6.3 * len(box.label) <= BOXES_WIDTH
