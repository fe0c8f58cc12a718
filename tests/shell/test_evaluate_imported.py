"""`manage.py evaluate` on answers that are in the file already."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from evals.services.spec_file import SpecError, read_spec
from tests.shell.test_evaluate import run_command
from tests.standin import StandIn

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = """question,expected,gpt-4o,claude-sonnet-4
How long is the warranty?,5 years,5 years,I do not know.
What does delivery cost?,4.90 EUR,,4.90 EUR
"""
SPEC = """data: rows.csv
columns:
  question: input
  expected: expected
  gpt-4o: response
  claude-sonnet-4: response
{variants}kpis:
  - key: exact_match
rule:
  conditions:
    - {{kpi: exact_match}}
"""
ASKED = """  - name: Asked
    base_url: {url}
    allow_private: true
    model: standin-small
    prompt: "{{{{question}}}} [[reply:5 years]]"
"""


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with StandIn() as server:
        yield server


def write(folder: Path, variants: str = "") -> Path:
    (folder / "rows.csv").write_text(ROWS, encoding="utf-8")
    spec = folder / "spec.yaml"
    spec.write_text(SPEC.format(variants=variants), encoding="utf-8")
    return spec


def test_columns_of_responses_are_variants(tmp_path: Path) -> None:
    code, out, err = run_command(write(tmp_path), "--json", tmp_path / "out.json")

    result = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    verdicts = {(one["row"], one["variant"]): one["verdict"] for one in result["verdicts"]}
    assert (code, err) == (0, "")
    assert "gpt-4o (imported)" in out
    assert verdicts == {(1, "A"): "pass", (1, "B"): "fail", (2, "A"): "error", (2, "B"): "pass"}
    assert result["answers"][2]["error_class"] == "no_answer"
    assert result["timing"]["cost_usd"] is None
    assert result["timing"]["answers_of_unknown_price"] == 0


def test_a_column_that_no_prompt_could_name_is_found_by_the_name_in_the_file(
    tmp_path: Path,
) -> None:
    listed = "variants:\n  - {name: Ours, answers_from: '{{ours}}'}\n"
    spec = write(tmp_path, listed)
    for path, name in ((spec, "'{{ours}}'"), (tmp_path / "rows.csv", "{{ours}}")):
        said = path.read_text(encoding="utf-8")
        path.write_text(said.replace("claude-sonnet-4", name), encoding="utf-8")

    code, out, err = run_command(spec)

    assert (code, err) == (0, "")
    assert "Ours" in out


def test_a_listed_column_has_its_own_name_and_place(tmp_path: Path, standin: StandIn) -> None:
    listed = "  - {name: Last month, answers_from: claude-sonnet-4, baseline: true}\n"
    variants = f"variants:\n{ASKED.format(url=standin.url())}{listed}"
    code, _out, err = run_command(write(tmp_path, variants), "--json", tmp_path / "out.json")

    settings = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["settings"]
    found = [(one["name"], one["is_baseline"]) for one in settings["variants"]]
    assert (code, err) == (0, "")
    assert found == [("Asked", False), ("Last month", True), ("gpt-4o", False)]
    assert standin.calls == 2


@pytest.mark.parametrize(
    ("variants", "words"),
    [
        ("  - {name: A, answers_from: expected}", "no column with the role response"),
        ("  - {name: A, answers_from: gpt-4o, prompt: x}", "'prompt' is not known here"),
        ("  - {name: claude-sonnet-4, answers_from: gpt-4o}", "Two variants are called"),
        (
            "  - {name: A, answers_from: gpt-4o}\n  - {name: B, answers_from: gpt-4o}",
            "Two variants take their answers from",
        ),
    ],
)
def test_it_names_what_is_wrong_with_answers_from(
    tmp_path: Path, variants: str, words: str
) -> None:
    with pytest.raises(SpecError, match=words):
        read_spec(write(tmp_path, f"variants:\n{variants}\n"))


def test_a_spec_without_responses_needs_variants(tmp_path: Path) -> None:
    spec = write(tmp_path)
    text = spec.read_text(encoding="utf-8").replace(": response", ": filter")
    spec.write_text(text, encoding="utf-8")

    with pytest.raises(SpecError, match="has no `variants`"):
        read_spec(spec)
