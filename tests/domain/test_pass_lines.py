"""Pass lines: what meets them, what they are called, what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.domain.pass_lines import OPERATORS, Operator, PassLine
from evals.domain.scales import Scale

NUMBERS = st.floats(-1e6, 1e6)


@pytest.mark.parametrize(
    ("op", "below", "at", "above"),
    [
        (">=", False, True, True),
        (">", False, False, True),
        ("<=", True, True, False),
        ("<", True, False, False),
        ("==", False, True, False),
    ],
)
def test_it_holds_on_the_right_side(op: Operator, below: bool, at: bool, above: bool) -> None:
    line = PassLine(op=op, value=0.6)

    assert [line.holds(value) for value in (0.59, 0.6, 0.61)] == [below, at, above]
    assert not line.holds(float("nan"))


def test_between_includes_its_ends() -> None:
    line = PassLine(op="between", value=1, high=300)

    assert [line.holds(value) for value in (0, 1, 300, 301)] == [False, True, True, False]


def test_rounding_does_not_move_a_line() -> None:
    assert PassLine(op=">=", value=0.3).holds(0.1 + 0.2)
    assert PassLine(op="<=", value=0.3).holds(0.1 + 0.2)
    assert not PassLine(op=">", value=0.3).holds(0.1 + 0.2)


@given(value=NUMBERS, line=NUMBERS)
def test_opposite_lines_divide_all_values(value: float, line: float) -> None:
    assert PassLine(op=">=", value=line).holds(value) != PassLine(op="<", value=line).holds(value)
    assert PassLine(op="<=", value=line).holds(value) != PassLine(op=">", value=line).holds(value)


@given(op=st.sampled_from([op for op in OPERATORS if op != "between"]), value=NUMBERS)
def test_it_comes_back_from_json(op: Operator, value: float) -> None:
    line = PassLine(op=op, value=value)

    assert PassLine.from_json(line.to_json()) == line


@pytest.mark.parametrize(
    ("line", "scale", "words"),
    [
        (PassLine(op=">=", value=0.6), None, "≥ 0.6"),
        (PassLine(op="==", value=1), None, "= 1"),
        (PassLine(op="==", value=1), Scale(binary=True), "= Yes"),
        (PassLine(op="<=", value=5000), None, "≤ 5,000"),
        (PassLine(op="<=", value=5000), Scale(high=None, unit="ms"), "≤ 5.0 s"),
        (PassLine(op="<=", value=0.01), Scale(high=None, unit="USD"), "≤ $0.01"),
        (PassLine(op="between", value=1, high=300), None, "between 1 and 300"),
        (
            PassLine(op="between", value=1, high=300),
            Scale(high=None, unit="words"),
            "between 1 and 300 words",
        ),
        (
            PassLine(op="between", value=50, high=3000),
            Scale(high=None, unit="ms"),
            "between 50 ms and 3.0 s",
        ),
    ],
)
def test_it_reads_as_people_write(line: PassLine, scale: Scale | None, words: str) -> None:
    assert line.words(scale) == words


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({"op": "~", "value": 1}, "A pass line compares with one of"),
        ({"op": ">=", "value": float("nan")}, "A pass line needs a number, not nan."),
        ({"op": ">=", "value": "0.5"}, "A pass line needs a number, not '0.5'."),
        ({"op": ">=", "value": True}, "A pass line needs a number, not True."),
        ({"op": "between", "value": 1}, "has an upper end if it says between"),
        ({"op": ">=", "value": 1, "high": 2}, "has an upper end if it says between"),
        ({"op": "between", "value": 2, "high": 1}, "put the smaller number first"),
        ({"op": ">="}, "A pass line has op, value and perhaps high"),
        ({"op": [], "value": 1}, "A pass line compares with one of"),
    ],
)
def test_it_refuses_what_is_no_line(line: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        PassLine.from_json(line)


def test_it_refuses_a_line_beside_the_scale() -> None:
    with pytest.raises(ValueError, match="60 is not on this KPI's scale, which goes from 0 to 1"):
        PassLine(op=">=", value=60).check_fits(Scale())
    with pytest.raises(ValueError, match="is not on this KPI's scale"):
        PassLine(op=">=", value=0.5).check_fits(Scale(binary=True))
    PassLine(op="<=", value=5000).check_fits(Scale(high=None))
