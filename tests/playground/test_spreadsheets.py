"""Cells that are safe in spreadsheets, and back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.domain.spreadsheets import safe_cell, unguarded

# Texts of the characters that matter here, so that guards before guards come up often.
CELLS = st.text(st.sampled_from("' =+-@\t\r\n|＝1.eaé"), max_size=12) | st.text()


@settings(deadline=None)
@given(CELLS)
def test_a_guard_can_be_taken_off_again_exactly(text: str) -> None:
    assert unguarded(safe_cell(text)) == text
    assert unguarded(safe_cell(safe_cell(text))) == safe_cell(text)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("' =1+1", "' ' =1+1"),
        ("' ' =1+1", "' ' ' =1+1"),
        ("' -2.5", "' -2.5"),
        ("' said nobody", "' said nobody"),
        ("'=1", "'=1"),
        ("' ", "' "),
    ],
)
def test_only_a_text_that_looks_guarded_is_guarded_again(text: str, safe: str) -> None:
    assert safe_cell(text) == safe


@pytest.mark.parametrize("text", ["' -2.5", "' hello", "'=1", "' ", "", "plain", "=1"])
def test_texts_without_a_guard_stay_as_they_are(text: str) -> None:
    assert unguarded(text) == text
