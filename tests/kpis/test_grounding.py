"""Number grounding and abstention."""

import pytest

from evals.domain.results import NotApplicable, Result, Score
from evals.kpis import score
from evals.kpis.base import Inputs
from playground.domain.yes_no import NO, YES

CONTEXT = "Returns within 30 days. Shipping costs 4.99 EUR. Founded 1,234 days ago. Two stores."


def _numbers(response: str, context: object = CONTEXT, **params: object) -> Result:
    inputs = {"response": response, "context": context}
    return score("number_grounding", params=params, inputs=inputs)


def _abstention(response: str, answerable: object, **params: object) -> Result:
    inputs = {"response": response, "answerable": answerable}
    return score("abstention_correctness", params=params, inputs=inputs)


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        ("30 days, see [1] and [2, 3].", 1.0),
        ("1. Pack it\n2. Send it within 30 days", 1.0),
        ("It costs 4,99 EUR", 1.0),
        ("1234 days", 1.0),
        ("1.234 days", 1.0),
        ("1'234 days", 1.0),
        ("about 30 %", 1.0),
        ("30%", 1.0),
        ("-30", 1.0),
        ("2 stores", 1.0),
        ("30 or 60 days", 0.5),
        ("4.98", 0.0),
        ("30. That is all", 1.0),
        ("on 30.4.2021", 1 / 3),
    ],
)
def test_it_finds_numbers_however_they_are_written(response: str, expected: float) -> None:
    result = _numbers(response)

    assert isinstance(result, Score)
    assert result.value == pytest.approx(expected)


def test_it_tells_which_number_is_missing() -> None:
    assert _numbers("30 days, then 60, then 90") == Score(
        value=1 / 3,
        reason="1 of 3 numbers stand in the context; not 60 and others",
        detail={"matched": ["30"], "missing": ["60", "90"]},
    )


@pytest.mark.parametrize("response", ["No idea.", "", "Use model A4 [12]"])
def test_an_answer_without_numbers_is_not_applicable(response: str) -> None:
    assert _numbers(response) == NotApplicable(reason="No numbers in this answer")


def test_a_row_without_context_is_not_applicable() -> None:
    assert _numbers("30", context=None) == NotApplicable(reason="No context in this row")


def test_it_can_look_at_what_the_variant_was_given() -> None:
    inputs = Inputs(response="30", evidence=("30",), context_used=())

    result = score("number_grounding", params={"against": "context_used"}, inputs=inputs)

    assert result == NotApplicable(reason="The answer was given no context")


def test_it_accepts_what_is_near_when_told_so() -> None:
    near, far = _numbers("31", rel_tol=0.05), _numbers("29", rel_tol=0.01)

    assert isinstance(near, Score)
    assert isinstance(far, Score)
    assert (near.value, far.value) == (1, 0)


def test_it_can_leave_small_numbers_out() -> None:
    assert isinstance(_numbers("7 boots", ignore_below=10), NotApplicable)


DECLINING = [
    "I don't know.",
    "I’m not sure about that.",
    "Sorry, I do not have that information.",
    "The context does not mention a warranty.",
    "There is no information about this in the text.",
    "The answer is not stated in the passage.",
    "This question cannot be answered.",
    "Not enough information is given.",
    "N/A",
    "As a support agent I'm unable to provide direct phone numbers.",
    "I am not equipped to help you with skis.",
    "unanswerable",
    "",
]
ANSWERING = [
    "We cannot change the address after dispatch.",
    "The boots are not available in red.",
    "No, gift cards don't have an expiry date.",
    "Yes, within 30 days.",
    "None of the tents is waterproof.",
]


@pytest.mark.parametrize("response", DECLINING)
def test_it_sees_that_an_answer_declines(response: str) -> None:
    result = _abstention(response, "no")

    assert isinstance(result, Score)
    assert (result.value, result.reason) == (1, "Declines a question which cannot be answered")


@pytest.mark.parametrize("response", ANSWERING)
def test_it_takes_a_no_for_an_answer(response: str) -> None:
    result = _abstention(response, False)

    assert isinstance(result, Score)
    assert (result.value, result.reason) == (0, "Answers a question which cannot be answered")


def test_it_looks_at_the_beginning_only() -> None:
    late = "Yes, you can return them. " * 20 + "I don't know more."

    assert _abstention(late, True) == _abstention("Yes.", True)
    assert _abstention(late, True, head_chars=5000) != _abstention("Yes.", True)


def test_it_knows_signs_that_the_user_added() -> None:
    result = _abstention("Frag bitte den Kundendienst.", "no", patterns=[r"frag\b.*kundendienst"])

    assert isinstance(result, Score)
    assert result.value == 1


@pytest.mark.parametrize(
    ("word", "value"),
    [*((word, 0) for word in sorted(YES)), *((word.upper(), 1) for word in sorted(NO))],
)
def test_it_reads_every_yes_and_no_that_a_dataset_may_say(word: str, value: int) -> None:
    result = _abstention("I don't know", word)

    assert isinstance(result, Score)
    assert result.value == value


@pytest.mark.parametrize("answerable", [None, "", "maybe", float("nan")])
def test_a_row_not_marked_is_not_applicable(answerable: object) -> None:
    expected = NotApplicable(reason="Not marked as answerable or not")

    assert _abstention("I don't know", answerable) == expected
