"""Which texts are whole numbers."""

import pytest

from playground.domain.whole_numbers import whole_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        (" 42 ", 42),
        ("007", 7),
        ("999999999", 999_999_999),
        ("1000000000", None),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("1e3", None),
        ("²", None),
        ("٣", None),
        ("9" * 5000, None),
    ],
)
def test_it_reads_digits_and_nothing_else(text: str, number: int | None) -> None:
    assert whole_number(text) == number
