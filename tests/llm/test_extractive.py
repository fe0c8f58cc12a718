import pytest

from evals.llm.extractive import by_likeness, sentences, split_question


@pytest.mark.parametrize(
    ("prompt", "question", "others"),
    [
        ("Context: A is one. B is two.\n\nQuestion: What is A?", "What is A?", 2),
        ("What is A? Answer in one word.", "What is A?", 1),
        ("Tell me about A.", "Tell me about A.", 0),
        ("", "", 0),
        ("... !!! ???", "", 0),
    ],
)
def test_it_finds_the_question(prompt: str, question: str, others: int) -> None:
    found, rest = split_question(prompt)

    assert (found, len(rest)) == (question, others)


def test_it_leaves_labels_out() -> None:
    assert sentences("Context: A is one.\nQuestion: why?") == ["A is one.", "why?"]


def test_rare_words_count_more_than_common_ones() -> None:
    texts = ["The shop is in the old town.", "The shop is for tents.", "The shop is closed."]

    assert by_likeness("Is the shop in the town?", texts)[0] == texts[0]
    assert by_likeness("Where are the tents?", texts)[0] == texts[1]


def test_of_nothing_there_is_nothing_alike() -> None:
    assert by_likeness("Why?", []) == []
