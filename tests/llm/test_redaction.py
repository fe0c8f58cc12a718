import pytest

from evals.llm.redaction import REDACTED, excerpt, redact

KEY = 'sk-canary/7f3d9a1b+5c2e"8d4f6a0b'


@pytest.mark.parametrize(
    "text",
    [
        KEY,
        f"Incorrect API key provided: {KEY}.",
        r"{\"key\": \"sk-canary/7f3d9a1b+5c2e\"8d4f6a0b\"}",
        "https://api.test/?key=sk-canary%2F7f3d9a1b%2B5c2e%228d4f6a0b",
        "You sent sk-canary/7f3***",
        'It ends in 1b+5c2e"8d4f6a0b',
    ],
)
def test_it_removes_the_key_in_every_spelling(text: str) -> None:
    cleaned = redact(text, [KEY])

    assert "7f3d9a1b" not in cleaned
    assert "8d4f6a0b" not in cleaned
    assert REDACTED in cleaned


@pytest.mark.parametrize(
    "text", ["Bearer abcdef123456", "sk-proj-abcdefghijklmnop", "https://g.test/?key=AbCdEf123"]
)
def test_it_removes_what_looks_like_somebody_elses_key(text: str) -> None:
    assert redact(text) != text


def test_it_leaves_other_text_alone() -> None:
    text = "The model gpt-4o does not exist or you have no access to it."

    assert redact(text, ["", "abc", KEY]) == text


def test_an_excerpt_is_one_short_line_and_is_cut_after_the_key_is_removed() -> None:
    text = "x" * 290 + "\n" + KEY + "y" * 500

    line = excerpt(text, [KEY])

    assert len(line) <= 300
    assert "\n" not in line
    assert "sk-can" not in line
