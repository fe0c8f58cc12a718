"""Files of other tools: what of promptfoo and OpenAI Evals becomes rows, and what is said of it."""

import io
import json
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import pytest

from evals.models import Variant
from playground.domain import json_files
from playground.domain.refusals import FileRefused
from playground.models import Playground
from tests.playground.conftest import Bring
from tests.playground.doors import LIMITS, lines, opened, rows

CONFIG = """\
# yaml-language-server: $schema=https://promptfoo.dev/config-schema.json
description: Support bot
prompts:
  - "Answer in {{tone}} words: {{question}}"
  - file://prompts/long.txt
  - {label: Friendly, raw: "{% if tone %}{{tone}}{% endif %} {{question}}"}
  - |
    [{"role": "system", "content": "Be short."}, {"role": "user", "content": "{{question}}"}]
providers:
  - openai:gpt-4o-mini
  - {id: "anthropic:messages:claude", label: Claude}
defaultTest:
  vars: {tone: warm}
  assert: [{type: latency, threshold: 2000}]
tests:
  - description: capital
    vars: {question: "Capital of France?", price: 1.50, zip: 007, is_new: yes, empty: }
    metadata: {topic: geography}
    assert: &common
      - type: icontains
        value: Paris
      - {type: llm-rubric, value: is polite}
      - type: assert-set
        assert: [{type: equals, value: "Paris, {{tone}}"}]
  - vars: {question: [one, two], letter: file://letter.txt, tone: cold}
    assert: *common
    options: {transform: output.trim()}
  - file://more.yaml
evaluateOptions: {repeat: 2}
"""


def test_it_makes_a_row_of_each_test_of_a_promptfoo_config() -> None:
    kind, source = opened(CONFIG, "promptfooconfig.yaml")
    assert kind == "promptfoo_config"
    assert rows(source) == [
        {
            "tone": "warm",
            "question": "Capital of France?",
            "price": "1.50",
            "zip": "007",
            "is_new": "yes",
            "empty": "",
            "letter": "",
            "expected": "Paris",
            "description": "capital",
            "topic": "geography",
        },
        {
            "tone": "cold",
            "question": '["one", "two"]',
            "price": "",
            "zip": "",
            "is_new": "",
            "empty": "",
            "letter": "file://letter.txt",
            "expected": "Paris",
            "description": "",
            "topic": "",
        },
    ]
    # The first column may be taken for the question: no value that all tests share.
    assert source.header[:2] == ["question", "price"]
    assert source.roles == {"expected": "expected", "description": "filter"}
    assert list(source.repairs) == ["nested_values_kept_as_json"]


def test_it_says_what_of_a_promptfoo_config_no_row_can_hold() -> None:
    _kind, source = opened(CONFIG, "promptfooconfig.yaml")
    assert source.setup == {
        "variants": [
            {
                "name": "Prompt 1",
                "system": "",
                "context": False,
                "prompt": "Answer in {{tone}} words: {{question}}",
            },
            {
                "name": "Prompt 2",
                "system": "Be short.",
                "context": False,
                "prompt": "{{question}}",
            },
        ],
        "notes": [
            "Prompts that are in files of their own are not taken over: “file://prompts/long.txt”.",
            "Prompts with logic ({% … %}) are not taken over: “Friendly”.",
            "Models in the config: “openai:gpt-4o-mini”, “Claude”. Choose yours in Setup.",
            "Tests in other files, or generated ones, are left out: 1.",
            "Cells that name a file (file://…), without its text: 1.",
            "Cells that hold a list, which promptfoo would run once for each item, are kept as "
            "JSON in one row: 1.",
            "The expected answers come from the assertions icontains (2), equals (2).",
            "2 tests have several expected texts: the first one is kept, the others are left out.",
            "These assertions are not taken over: llm-rubric (2), latency (2). "
            "Choose KPIs for what they check.",
            "1 test has options: not taken over.",
            "Not taken over: “evaluateOptions”.",
        ],
    }


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("config.json", '{"prompts": "{{q}}", "tests": [{"vars": {"q": 1e5}}]}', [{"q": "1e5"}]),
        ("tests.json", '[{"vars": {"q": "a"}}, {"vars": {"q": "b"}}]', [{"q": "a"}, {"q": "b"}]),
        ("tests.yml", "- vars: {q: ~}\n- vars: {q: 'null'}\n", [{"q": ""}, {"q": "null"}]),
        (
            "expected.json",
            '{"providers": ["x"], "tests": [{"vars": {"q": "a", "expected": "b"},'
            ' "assert": [{"type": "equals", "value": "{{expected}}"}]}]}',
            [{"q": "a", "expected": "b"}],
        ),
        (
            "taken.json",
            '{"providers": ["x"], "tests": [{"vars": {"q": "a", "expected": "b"},'
            ' "assert": [{"type": "contains", "value": 7}]}]}',
            [{"q": "a", "expected": "b", "expected_2": "7"}],
        ),
        (
            "some.json",
            '{"providers": ["x"], "tests": [{"vars": {"expected": "a"},'
            ' "assert": [{"type": "equals", "value": "{{expected}}"}]},'
            ' {"vars": {"expected": "b"}, "assert": [{"type": "equals", "value": "c"}]}]}',
            [{"expected": "a", "expected_2": "a"}, {"expected": "b", "expected_2": "c"}],
        ),
        (
            "merged.yaml",
            "base: &base {tone: warm, q: x}\nprompts: p\ntests: [{vars: {<<: *base, q: y}}]\n",
            [{"tone": "warm", "q": "y"}],
        ),
    ],
)
def test_it_reads_tests_of_promptfoo_in_yaml_and_json(
    name: str, content: str, expected: list[dict[str, str]]
) -> None:
    kind, source = opened(content, name)
    assert (kind, rows(source)) == ("promptfoo_config", expected)


_NINE = "[" + ", ".join(["*{0}"] * 9) + "]"
BOMB = "".join(
    [
        "a: &a [x, x, x, x, x, x, x, x, x]\n",
        *(f"{n}: &{n} {_NINE.format(before)}\n" for before, n in pairwise("abcdefg")),
        "tests: []\n",
    ]
)


@pytest.mark.parametrize(
    ("content", "kind", "line"),
    [
        ("", "empty_file", None),
        ("a: [1\nb: 2", "invalid_yaml", 2),
        ("tests: !!python/object/apply:os.system [ls]", "invalid_yaml", 1),
        ("tests:\n - vars: !secret {q: 1}", "invalid_yaml", 2),
        ("tests:\n - vars: {q: 1, q: 2}", "invalid_yaml", 2),
        ("tests:\n - vars: {[q]: 1}", "invalid_yaml", 2),
        ("a: *nowhere", "invalid_yaml", 1),
        ("--- a\n--- b", "invalid_yaml", 2),
        ("a: " + "[" * 50_000, "json_too_deep", 1),
        ("\n".join(" " * depth + "a:" for depth in range(400)), "json_too_deep", 33),
        (BOMB, "config_too_large", None),
        ("&a [*a]", "config_too_large", None),
        ("a: " + "x" * 1_100_000, "config_too_large", None),
        ("question: answer\n", "content_mismatch", None),
        ("just a sentence\n", "content_mismatch", None),
        ("prompts: [a]\nproviders: [b]\ntests: file://tests.csv\n", "no_rows", None),
    ],
)
def test_it_refuses_yaml_that_is_no_config_or_is_made_to_harm(
    content: str, kind: str, line: int | None
) -> None:
    with pytest.raises(FileRefused) as caught:
        opened(content, "config.yaml")
    assert (caught.value.kind, caught.value.line) == (kind, line)


def test_it_names_the_file_that_has_the_tests() -> None:
    with pytest.raises(FileRefused, match=r"file://tests\.csv"):
        opened("prompts: [a]\nproviders: [b]\ntests: file://tests.csv\n", "config.yaml")


def test_it_reads_prompts_as_variants_as_far_as_there_is_room() -> None:
    config = {
        "providers": ["x"],
        "prompts": [*(f"{number} {{{{q}}}}" for number in range(9)), "p.txt", "{{q | upper}}"],
        "tests": [{"vars": {"q": "a"}}],
    }
    _kind, source = opened(json.dumps(config), "c.json")
    variants = source.setup["variants"]
    assert isinstance(variants, list)
    assert len({variant["name"] for variant in variants}) == 8
    assert "the tests do not have are not taken over: “{{q | upper}}”." in str(
        source.setup["notes"]
    )
    assert "There is room for 8 variants. These prompts are left out: “Prompt 9”." in str(
        source.setup["notes"]
    )


def test_it_keeps_metadata_of_promptfoo_whose_names_are_taken_apart() -> None:
    test = {"vars": {"a": "1"}, "metadata": {"a": "2", "a_2": "3"}}
    content = json.dumps({"prompts": ["{{a}}"], "tests": [test]}).encode()
    source = json_files.open_json(
        io.BytesIO(content),
        reading=json_files.find_json(
            io.BytesIO(content), file_name="c.json", encoding="utf-8", limits=LIMITS
        ),
        limits=LIMITS,
    )

    assert [record.cells for record in source.records()] == [["1", "2", "3"]]
    assert len(set(source.header)) == 3


SYSTEM = {"role": "system", "content": "Be short."}
ASKED = {"role": "user", "content": "Capital?"}


@pytest.mark.parametrize(
    ("entry", "row", "roles"),
    [
        (
            {"input": [SYSTEM, ASKED], "ideal": ["Paris", "paris"]},
            {
                "question": "Capital?",
                "system_prompt": "Be short.",
                "conversation": json.dumps([SYSTEM, ASKED]),
                "ideal": '["Paris", "paris"]',
            },
            {
                "question": "input",
                "system_prompt": "system_prompt",
                "conversation": "conversation",
                "ideal": "expected",
            },
        ),
        (
            {"input": [ASKED], "ideal": "Paris", "difficulty": 1.50},
            {"question": "Capital?", "ideal": "Paris", "difficulty": "1.5"},
            {"question": "input", "ideal": "expected"},
        ),
        (
            {"input": "Capital?", "ideal": "Paris"},
            {"question": "Capital?", "ideal": "Paris"},
            {"question": "input", "ideal": "expected"},
        ),
        (
            {
                "item": {"ticket_text": "My monitor", "correct_label": "Hardware", "n": 7},
                "sample": {"output_text": "Software", "model": "gpt-4.1"},
            },
            {
                "ticket_text": "My monitor",
                "correct_label": "Hardware",
                "n": "7",
                "output_text": "Software",
                "sample.model": "gpt-4.1",
            },
            {"ticket_text": "input", "correct_label": "expected", "output_text": "response"},
        ),
        (
            {"item": {"input": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]}},
            {"question": "Hi"},
            {"question": "input"},
        ),
        (
            {"item": {"question": "A?", "output_text": "mine"}, "sample": {"output_text": "B"}},
            {"question": "A?", "output_text": "mine", "sample.output_text": "B"},
            {"question": "input", "sample.output_text": "response"},
        ),
    ],
)
def test_it_reads_data_of_openai_evals(
    entry: Mapping[str, Any], row: dict[str, str], roles: dict[str, str]
) -> None:
    kind, source = opened(lines(entry, entry), "samples.jsonl")
    assert kind == "openai_evals"
    assert rows(source) == [row, row]
    assert source.roles == roles


@pytest.mark.parametrize(
    "entry",
    [
        {"messages": [SYSTEM, ASKED]},
        {"input": "a", "output": "b"},
        {"item": "pen", "sample": "x"},
        {"item": {"a": 1}, "price": 2},
        {"vars": "x", "provider": "y", "prompt": "z"},
        {"prompts": "how many", "tests": 3},
    ],
)
def test_it_leaves_files_alone_that_only_look_alike(entry: Mapping[str, Any]) -> None:
    kind, source = opened(lines(entry, entry), "rows.jsonl")
    assert kind == "jsonl"
    assert source.header == list(entry)
    assert (source.roles, source.setup) == ({}, {})


@pytest.mark.django_db
def test_it_brings_a_promptfoo_config_through_the_real_form(bring: Bring) -> None:
    upload = bring(CONFIG.encode(), "promptfooconfig.yaml")
    assert upload.state == "checked", upload.error
    assert upload.report["row_count"] == 2
    assert [variant["name"] for variant in upload.report["setup"]["variants"]] == [
        *("Prompt 1", "Prompt 2")
    ]
    assert "notes" not in upload.report["setup"]
    assert "llm-rubric" in json.dumps(upload.report["findings"])


@pytest.mark.django_db
def test_it_makes_variants_of_the_prompts_of_a_promptfoo_config(
    imported: Callable[..., Playground],
) -> None:
    playground = imported(CONFIG.encode(), "promptfooconfig.yaml")
    variants = Variant.objects.filter(playground=playground).order_by("id")
    assert [(variant.name, variant.system_prompt) for variant in variants] == [
        *(("Prompt 1", ""), ("Prompt 2", "Be short."))
    ]
