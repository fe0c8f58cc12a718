"""Reading a spec: what it holds, and that each mistake is named with its line."""

from pathlib import Path

import pytest

from evals.domain.rules import PassLine
from evals.services.spec_file import SpecError, read_spec
from tests.shell.conftest import write_spec


def changed(folder: Path, old: str, new: str) -> Path:
    spec = write_spec(folder, "http://127.0.0.1:9/v1")
    text = spec.read_text(encoding="utf-8")
    assert old in text
    spec.write_text(text.replace(old, new, 1), encoding="utf-8")
    return spec


def test_it_reads_variants_kpis_and_the_rule(folder: Path) -> None:
    spec = read_spec(folder / "spec.yaml")

    assert spec.data == folder / "rows.csv"
    assert spec.roles["question"] == "input"
    assert [variant.name for variant in spec.variants] == ["Closed book", "With context"]
    assert [kpi.slot for kpi in spec.kpis] == ["token_f1", "abstention_correctness"]
    assert spec.rule.conditions[0].line == PassLine(op=">=", value=0.6)


def test_it_numbers_the_second_use_of_a_kpi(folder: Path) -> None:
    spec = read_spec(
        changed(
            folder,
            "- key: abstention_correctness",
            "- key: token_f1\n  - key: abstention_correctness",
        )
    )

    assert [kpi.slot for kpi in spec.kpis] == ["token_f1", "token_f1_2", "abstention_correctness"]


def test_it_takes_the_suggested_line_when_none_is_given(folder: Path) -> None:
    spec = read_spec(changed(folder, ', line: ">= 0.6"', ""))

    assert spec.rule.conditions[0].line == PassLine(op=">=", value=0.6)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("question: input", "question: inputs", "'inputs' is not known"),
        ("variants:", "variantz:", "'variantz' is not known"),
        ("model: standin-small\n", "modell: x\n", "'modell' is not known"),
        ("allow_private: true", "temperature: hot", "must be a number from 0 to 2"),
        ("allow_private: true", "max_tokens: 1.5", "must be a whole number"),
        ("allow_private: true", "allow_private: maybe", "must be true or false"),
        ("key: token_f1", "key: token_f2", "no KPI 'token_f2'"),
        ("measure: recall", "measure: recal", "recal"),
        ("measure: recall", "measures: f1", "measures"),
        ("mode: all", "mode: most", "'most' is not known"),
        ("kpi: token_f1", "kpi: rouge", "'rouge' is not known"),
        (">= 0.6", "about 0.6", "not a pass line"),
        (">= 0.6", ">= 6", "not on this KPI's scale"),
        ("required: true", "required: perhaps", "must be true or false"),
        ("rule:\n  mode: all", "rule:\n  mode: at_least", "“At least” needs a whole number"),
        ("- name: With context", "- name: Closed book", "Two variants are called"),
        ("name: With context", "name: B\n    baseline: true", "More than one variant"),
        ("- name: With context", "- title: With context", "'title' is not known"),
    ],
)
def test_it_names_the_line_of_a_mistake(folder: Path, old: str, new: str, words: str) -> None:
    spec = changed(folder, old, new)
    first_line = new.split("\n")[0]

    with pytest.raises(SpecError) as caught:
        read_spec(spec)

    assert words in str(caught.value)
    lines = spec.read_text(encoding="utf-8").splitlines()
    named = lines[caught.value.line - 1]
    assert first_line in named or named == "variants:"
    assert str(caught.value).startswith(f"{spec}:{caught.value.line}: ")


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "a: [1", "a: 1\na: 2\n", "\x00", "[" * 5000])
def test_it_refuses_what_is_no_spec(folder: Path, text: str) -> None:
    spec = folder / "spec.yaml"
    spec.write_text(text, encoding="utf-8")

    with pytest.raises(SpecError, match=r"spec\.yaml:\d+:"):
        read_spec(spec)


def test_it_refuses_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="cannot be read"):
        read_spec(tmp_path / "nothing.yaml")
