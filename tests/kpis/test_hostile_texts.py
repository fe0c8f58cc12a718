"""Every KPI on texts that were made to break it, and on ordinary ones in bulk."""

from time import thread_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.domain.results import Failed, Result, Score
from evals.kpis import CATALOGUE, build, score
from evals.kpis.base import Inputs, Kpi

SIZE = 200_000
LIMIT_S = 0.2
FIVE = ("exact_match", "token_f1", "rouge", "json_valid", "number_grounding")
HOSTILE = {
    "one letter": "a" * SIZE,
    "brackets": "[" * SIZE,
    "objects": '{"a":' * (SIZE // 5),
    "NUL": "\0" * SIZE,
    "lone surrogates": "\ud800" * SIZE,
    "right to left": "א\u202e " * (SIZE // 3),
    "emoji": "👍🏽" * (SIZE // 2),
    "blanks": " " * SIZE,
    "digits": "1" * SIZE,
    "dotted digits": "1." * (SIZE // 2),
    "numbers": " ".join(str(number) for number in range(35_000)),
    "marks out of order": "\u0301\u0323" * (SIZE // 2),
    "marks that grow": "\ufdfa" * SIZE,
    "apostrophes": "a'" * (SIZE // 2),
    "list numbers": "\n1. " * (SIZE // 4),
    "open citations": "[1 " * (SIZE // 3),
    "half a refusal": "i don't have " * (SIZE // 13),
    "fences": "```" * (SIZE // 3),
}
PARAMS: dict[str, dict[str, object]] = {
    "forbidden_phrases": {"phrases": ["a", "a a", "1."]},
    "number_grounding": {"rel_tol": 0.01},
    "regex_match": {"pattern": "(a+)+$"},
    "json_valid": {"extract": "fenced"},
}


def _inputs(text: str) -> Inputs:
    return Inputs(
        response=text,
        reference=(text[:-1] + "z",),
        evidence=(text[: SIZE // 2],),
        keywords=("a", text[:50].strip() or "x"),
        answerable=False,
        latency_ms=900.0,
        cost_usd=0.1,
    )


def _texts(result: Result) -> str:
    detail = result.detail if isinstance(result, Score) else {}
    listed = [text for texts in detail.values() if isinstance(texts, list) for text in texts]
    return "".join([result.reason, *listed])


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("kpi", CATALOGUE, ids=lambda kpi: kpi.key)
def test_it_survives_a_hostile_text_quickly(kpi: type[Kpi], text: str) -> None:
    built, inputs = build(kpi.key, PARAMS.get(kpi.key, {})), _inputs(text)

    started = thread_time()
    result = built.score(inputs)

    # Time of this thread only: the machine may be busy.
    assert thread_time() - started < LIMIT_S
    assert not isinstance(result, Failed)
    assert "\0" not in _texts(result)
    assert _texts(result).encode()


@settings(max_examples=50, deadline=None)
@given(response=st.text(), other=st.text())
@pytest.mark.parametrize("kpi", CATALOGUE, ids=lambda kpi: kpi.key)
def test_it_gives_a_result_on_its_scale_for_any_text(
    kpi: type[Kpi], response: str, other: str
) -> None:
    inputs = {"response": response, "reference": other, "context": other, "keywords": other}

    result = score(kpi.key, inputs={**inputs, "answerable": "yes", "latency_ms": 1, "cost_usd": 0})

    assert not isinstance(result, Failed)
    if isinstance(result, Score):
        assert kpi.scale.contains(result.value)


def test_five_kpis_on_a_thousand_answers_are_quick() -> None:
    words = [f"word{number}" if number % 20 else str(number) for number in range(300)]
    texts = [" ".join(words[start % 200 : start % 200 + 100]) for start in range(0, 7000, 7)]
    rows = [
        Inputs(response=text, reference=(other,), evidence=(other,))
        for text, other in zip(texts, reversed(texts), strict=True)
    ]
    kpis = [build(key, {}) for key in FIVE]

    times = [_thread_time_of(kpis, rows) for _ in range(3)]

    # 0.15 s on an idle core. A busy or a small one takes much longer, which is no reason to fail.
    assert min(times) < 1


def _thread_time_of(kpis: list[Kpi], rows: list[Inputs]) -> float:
    started = thread_time()
    for row in rows:
        for kpi in kpis:
            kpi.score(row)
    return thread_time() - started


def test_a_kpi_that_breaks_says_so_and_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Kpi, inputs: Inputs) -> Result:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("evals.kpis.efficiency.WordCount.result", broken)

    result = score("word_count", inputs={"response": "Hello"})

    assert result == Failed(reason="Word count failed: division by zero")
