"""Results of promptfoo: what of them becomes rows and responses, and what is said of it."""

import io
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from config.limits import UploadLimits
from evals.models import Variant
from playground.domain import json_files, refusals
from playground.domain.refusals import FileRefused
from playground.models import Playground
from tests.playground.doors import lines, opened, rows


def result(
    question: str,
    provider: Mapping[str, str],
    *,
    label: str = "A {{q}}",
    expected: str = "2",
    **more: object,
) -> dict[str, Any]:
    asserts = [{"type": "equals", "value": expected}, {"type": "cost", "threshold": 0.1}]
    return {
        "testIdx": 0,
        "promptIdx": 0,
        "score": 1,
        "latencyMs": 20,
        "success": True,
        "testCase": {"vars": {"q": question}, "assert": asserts},
        "vars": {"q": question},
        "provider": provider,
        "prompt": {"raw": f"A {question}", "label": label},
        **more,
    }


GPT, CLAUDE = {"id": "openai:gpt-4o"}, {"id": "anthropic:claude", "label": "Claude"}
RESULTS = [
    result("1+1?", GPT, response={"output": "two"}),
    result("2+2?", CLAUDE, expected="4", response={"output": {"sum": 4.50}}),
    result("1+1?", CLAUDE, error="timeout", success=False),
    result("1+1?", GPT, response={"output": "again"}, success=False, error="Expected 2"),
    result("3+3?", GPT, expected="6", response={"output": "five"}, error="Expected 6"),
]
FILE = {
    "evalId": "eval-abc",
    "results": {"version": 3, "prompts": [{"raw": "A"}], "results": RESULTS, "stats": {}},
    "config": {"prompts": ["A {{q}}"], "tests": []},
}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("output.json", json.dumps(FILE)),
        ("indented.json", json.dumps(FILE, indent=2)),
        ("summary.json", json.dumps(FILE["results"])),
        ("results.jsonl", lines(*RESULTS)),
        ("list.json", json.dumps(RESULTS)),
    ],
)
def test_it_makes_a_row_per_test_and_a_column_per_model_of_promptfoo_results(
    name: str, content: str
) -> None:
    kind, source = opened(content, name)
    assert kind == "promptfoo_results"
    assert rows(source) == [
        {"q": "1+1?", "expected": "2", "openai:gpt-4o": "two", "Claude": ""},
        {"q": "2+2?", "expected": "4", "openai:gpt-4o": "", "Claude": '{"sum": 4.5}'},
        {"q": "3+3?", "expected": "6", "openai:gpt-4o": "five", "Claude": ""},
    ]
    assert source.roles == {
        "expected": "expected",
        "openai:gpt-4o": "response",
        "Claude": "response",
    }
    assert source.setup["notes"] == [
        "Answers in the file: “openai:gpt-4o”, “Claude”.",
        "Of several answers of one model to the same prompt and test the first one is kept. "
        "Left out: 1.",
        "Calls that failed have an empty cell: 1.",
        "The expected answers come from the assertions equals (5).",
        "These assertions are not taken over: cost (5). Choose KPIs for what they check.",
        "Scores, costs and times of promptfoo are not taken over.",
    ]


def test_it_names_columns_after_model_and_prompt_where_there_are_several_prompts() -> None:
    entries = [
        result("1+1?", GPT, label="Short", response={"output": "a"}),
        result("1+1?", GPT, label="Explain: {{q}}", response={"output": "b"}),
    ]
    _kind, source = opened(lines(*entries), "r.jsonl")
    assert source.header == ["q", "expected", "openai:gpt-4o · Short", "openai:gpt-4o · prompt 2"]
    assert "Prompt 2: Explain: {{q}}" in list(source.setup["notes"])  # type: ignore[call-overload]


TABLE = {
    "head": {
        "prompts": [
            {"provider": "gpt-4", "raw": "P1", "label": "one"},
            {"provider": "gpt-4", "raw": "P2", "display": "two"},
        ],
        "vars": ["q", "tone"],
    },
    "body": [
        {
            "outputs": [{"text": "A", "pass": True}, "B"],
            "vars": ["1+1?", "warm"],
            "test": {"assert": [{"type": "contains", "value": "2"}]},
        }
    ],
}


@pytest.mark.parametrize(
    "content", [{"version": 2, "table": TABLE, "stats": {}}, {"results": {"table": TABLE}}]
)
def test_it_reads_the_older_tables_of_promptfoo(content: Mapping[str, Any]) -> None:
    kind, source = opened(json.dumps(content), "old.json")
    assert kind == "promptfoo_results"
    assert rows(source) == [
        {"q": "1+1?", "tone": "warm", "expected": "2", "gpt-4 · one": "A", "gpt-4 · two": "B"}
    ]


def test_it_refuses_more_rows_of_promptfoo_results_than_the_limit() -> None:
    results = [
        {"vars": {"q": str(number)}, "provider": "p", "prompt": "x", "success": True}
        for number in range(3)
    ]
    content = json.dumps({"results": {"results": results}, "stats": {}}).encode()
    handle, limits = io.BytesIO(content), UploadLimits(rows=2)
    reading = json_files.find_json(handle, file_name="r.json", encoding="utf-8", limits=limits)

    with pytest.raises(FileRefused) as caught:
        json_files.open_json(handle, reading=reading, limits=limits)
    assert caught.value.kind == "too_many_rows"


def test_it_stops_at_far_more_results_of_promptfoo_than_there_may_be_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(refusals, "MOST_ITEMS", 20)
    line = json.dumps({"vars": {"q": "1"}, "provider": "p", "prompt": "x", "success": True}) + "\n"
    handle, limits = io.BytesIO((line * 30_000).encode()), UploadLimits(rows=2)
    reading = json_files.find_json(handle, file_name="r.jsonl", encoding="utf-8", limits=limits)

    with pytest.raises(FileRefused) as caught:
        json_files.open_json(handle, reading=reading, limits=limits)
    assert (caught.value.kind, caught.value.line) == ("too_many_rows", 21)
    assert handle.tell() < 1_000_000


def test_it_refuses_an_evaluation_of_promptfoo_without_results() -> None:
    with pytest.raises(FileRefused) as caught:
        opened('{"results": {"version": 3, "results": [], "stats": {}}}', "r.json")
    assert caught.value.kind == "no_rows"


@pytest.mark.django_db
def test_it_makes_variants_of_the_models_of_promptfoo_results(
    imported: Callable[..., Playground],
) -> None:
    playground = imported(json.dumps(FILE).encode(), "output.json")
    roles = dict(playground.columns.values_list("name", "role"))
    assert roles == {
        "q": "input", "expected": "expected", "openai:gpt-4o": "response", "Claude": "response",
    }  # fmt: skip
    variants = Variant.objects.filter(playground=playground, answers_column__isnull=False)
    assert sorted(variants.values_list("name", flat=True)) == ["Claude", "openai:gpt-4o"]
