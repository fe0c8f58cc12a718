"""Prompt templates: one pass, linear, and nothing but columns."""

import time

import pytest

from playground.domain.text_template import OUTPUT_CAP, fill, placeholders


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("Q: {{question}}", "Q: a"),
        ("{{ question }}{{question}}", "aa"),
        ("{{{question}}}", "{a}"),
        ('{"score": 1, "q": "{{question}}"}', '{"score": 1, "q": "a"}'),
        ("{{}} {{ }} { {question} }", "{{}} {{ }} { {question} }"),
        ("{{question", "{{question"),
        ("{{que\nstion}}", "{{que\nstion}}"),
        ("{{a b.c-😀}}", "odd"),
        ("", ""),
    ],
)
def test_it_replaces_columns_and_leaves_other_braces(template: str, filled: str) -> None:
    assert fill(template, {"question": "a", "a b.c-😀": "odd"}) == filled


def test_a_cell_is_never_scanned_again() -> None:
    cells = {"a": "{{b}} {{ settings.SECRET_KEY }}", "b": "secret"}

    assert fill("{{a}}", cells) == "{{b}} {{ settings.SECRET_KEY }}"


def test_it_names_the_columns_once_in_order_of_first_use() -> None:
    assert placeholders("{{b}} {{a}} {{ b }}") == ("b", "a")


def test_a_column_that_is_missing_is_named() -> None:
    with pytest.raises(KeyError, match="answer"):
        fill("{{answer}}", {"question": "a"})


def test_the_result_has_a_cap() -> None:
    with pytest.raises(ValueError, match="2,000,000 characters"):
        fill("{{a}}{{a}}", {"a": "x" * (OUTPUT_CAP // 2 + 1)})


@pytest.mark.parametrize("piece", ["{", "}", "{{", "{{a", "{{ ", "{}", "{{\n"])
def test_200_kb_of_braces_take_linear_time(piece: str) -> None:
    def seconds(size: int) -> float:
        template = piece * (size // len(piece))
        start = time.process_time()
        fill(template, {"a": "x"})
        return time.process_time() - start

    # Four times the text: a quadratic scan would take sixteen times as long.
    assert seconds(200_000) < 10 * max(seconds(50_000), 0.01)
