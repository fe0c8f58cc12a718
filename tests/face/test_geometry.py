"""Where marks lie."""

import pytest

from evals.domain import geometry
from evals.domain.geometry import Bar


def test_it_draws_a_strip_of_six_in_47_units() -> None:
    assert geometry.strip([Bar(state="pass", share=1.0)] * 6).width == 47


def test_it_fills_a_passing_bar_by_its_share() -> None:
    assert geometry.strip([Bar(state="pass", share=0.5)]).passing == "M0 5.5h5v5.5h-5z"


def test_it_shows_a_failing_score_of_zero_with_a_foot() -> None:
    paths = geometry.strip([Bar(state="pass", share=1), Bar(state="fail", share=0.0)])

    assert paths.failing == "M8 9h5v2h-5z"
    assert paths.feet == "M8 14.5h5"


@pytest.mark.parametrize("state", ["not_applicable", "error", "missing"])
def test_it_leaves_the_track_empty_where_there_is_no_score(state: str) -> None:
    paths = geometry.strip([Bar(state=state, share=0.9)])

    assert (paths.passing, paths.failing, paths.feet) == ("", "", "")
    assert paths.tracks == "M0 0h5v11h-5z"


def test_it_places_shares_between_the_insets() -> None:
    place = geometry.whisker(value=0.5, low=0.0, high=1.0, width=96)

    assert (place.low, place.value, place.high) == (4, 48, 92)


def test_it_keeps_no_data_apart_from_zero() -> None:
    assert geometry.whisker(value=None, low=None, high=None, width=96).value is None
    assert geometry.whisker(value=0.0, low=0.0, high=0.3, width=96).value == 4


def test_it_colours_the_passing_side_of_the_line() -> None:
    columns = geometry.histogram([1, 1, 1, 1], line=0.5, passes_above=True, width=114, height=20)

    assert [column.is_in for column in columns] == [False, False, True, True]


def test_it_turns_the_sides_round_when_less_is_better() -> None:
    columns = geometry.histogram([1, 1, 1, 1], line=0.5, passes_above=False, width=114, height=20)

    assert [column.is_in for column in columns] == [True, True, False, False]


@pytest.mark.parametrize(
    ("line", "passes_above", "sides"),
    [(1.0, True, [False, False, True]), (0.0, False, [True, False, False])],
)
def test_it_counts_scores_on_a_line_at_the_end_of_the_scale_as_passing(
    line: float, passes_above: bool, sides: list[bool]
) -> None:
    columns = geometry.histogram(
        [1, 1, 1], line=line, passes_above=passes_above, width=114, height=20
    )

    assert [column.is_in for column in columns] == sides


def test_it_shows_one_score_among_many() -> None:
    columns = geometry.histogram([1, 10_000], line=None, passes_above=True, width=114, height=20)

    assert [column.height for column in columns] == [1.0, 20.0]


def test_it_draws_no_bar_for_an_empty_bin_and_none_for_no_bins() -> None:
    columns = geometry.histogram([0, 0], line=None, passes_above=True, width=114, height=20)

    assert [column.height for column in columns] == [0, 0]
    assert geometry.histogram([], line=None, passes_above=True, width=114, height=20) == ()


@pytest.mark.parametrize(("line", "x"), [(0.0, 7), (0.5, 75), (1.0, 143), (1.7, 143)])
def test_it_puts_the_line_where_the_thumb_is(line: float, x: float) -> None:
    assert geometry.line_x(line, 150) == x


def test_it_runs_a_spark_from_left_to_right() -> None:
    assert geometry.spark([0.0, 1.0], width=104, height=34) == ((2, 32), (102, 2))


def test_it_puts_a_single_run_at_the_right_edge() -> None:
    assert geometry.spark([1.0], width=104, height=34) == ((102, 2),)
