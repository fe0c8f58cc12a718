"""`manage.py evaluate`, through the command."""

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from evals.models import Connection, Run
from evals.services.connections import endpoint_of
from playground.models import Playground
from tests.shell.conftest import write_spec
from tests.standin import StandIn

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with StandIn() as server:
        yield server


def run_command(*arguments: object) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of `manage.py evaluate`."""
    out, err = StringIO(), StringIO()
    code = 0
    try:
        call_command("evaluate", *[str(one) for one in arguments], stdout=out, stderr=err)
    except SystemExit as exc:
        code = int(exc.code or 0)
    return code, out.getvalue(), err.getvalue()


def test_it_prints_the_accuracy_of_each_variant(folder: Path, standin: StandIn) -> None:
    code, out, err = run_command(write_spec(folder, standin.url()))

    assert (code, err) == (0, "")
    assert "Closed book" in out
    assert "An answer passes when" in out
    assert standin.calls == 6


def test_it_writes_settings_answers_scores_verdicts_summary_and_timing(
    folder: Path, standin: StandIn
) -> None:
    run_command(write_spec(folder, standin.url()), "--json", folder / "out.json")

    result = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    assert set(result) == {
        *("settings", "rule", "answers", "scores", "verdicts", "summary", "timing")
    }
    assert result["answers"][1]["text"] == "The warranty is 5 years."
    by_cell = {(one["row"], one["variant"]): one["verdict"] for one in result["verdicts"]}
    assert by_cell == {
        (1, "A"): "fail",
        (1, "B"): "pass",
        (2, "A"): "fail",
        (2, "B"): "pass",
        (3, "A"): "pass",
        (3, "B"): "fail",
    }
    assert [one["accuracy"] for one in result["summary"]] == [
        pytest.approx(1 / 3),
        pytest.approx(2 / 3),
    ]


def test_a_kpi_that_does_not_apply_has_a_state_and_no_value(folder: Path, standin: StandIn) -> None:
    run_command(write_spec(folder, standin.url()), "--json", folder / "out.json")

    scores = json.loads((folder / "out.json").read_text(encoding="utf-8"))["scores"]
    third = [one for one in scores if one["row"] == 3 and one["kpi"] == "token_f1"]
    assert third == [
        {"row": 3, "variant": "A", "kpi": "token_f1", "state": "not_applicable"},
        {"row": 3, "variant": "B", "kpi": "token_f1", "state": "not_applicable"},
    ]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--fail-under", "0.6"], 0),
        (["--fail-under", "0.7"], 1),
        (["--fail-under", "0.6", "--variant", "Closed book"], 1),
        (["--fail-under", "7"], 2),
        (["--variant", "Nobody"], 2),
        (["--json", "/nowhere/out.json"], 2),
    ],
)
def test_the_exit_code_follows_the_line(
    folder: Path, standin: StandIn, arguments: list[str], code: int
) -> None:
    assert run_command(write_spec(folder, standin.url()), *arguments)[0] == code


def test_a_column_that_is_not_in_the_file_is_named(folder: Path) -> None:
    spec = folder / "spec.yaml"
    text = spec.read_text(encoding="utf-8")
    spec.write_text(text.replace("expected_answer: expected", "answer: expected"), encoding="utf-8")

    code, _out, err = run_command(spec)

    assert code == 2
    assert "spec.yaml:5: rows.csv has no column 'answer'. It has question, expected_answer" in err


def test_a_prompt_with_a_missing_column_asks_no_model(folder: Path, standin: StandIn) -> None:
    spec = write_spec(folder, standin.url())
    text = spec.read_text(encoding="utf-8")
    spec.write_text(
        text.replace("{{question}} [[reply:{{", "{{query}} [[reply:{{"), encoding="utf-8"
    )

    code, _out, err = run_command(spec)

    assert code == 2
    assert "spec.yaml:15: Variant 'With context': The prompt uses {{query}}" in err
    assert standin.calls == 0
    assert not Playground.objects.exists()


def test_a_missing_file_and_a_missing_key_are_named(folder: Path) -> None:
    assert "cannot be read" in run_command(folder / "spec.yaml", "--data", folder / "no.csv")[2]
    spec = folder / "spec.yaml"
    text = spec.read_text(encoding="utf-8")
    key = "model: standin-small\n    api_key_env: NO_SUCH_KEY"
    spec.write_text(text.replace("model: standin-small", key, 1), encoding="utf-8")
    assert "NO_SUCH_KEY is not set" in run_command(spec)[2]


def test_refused_connections_are_errors_and_never_fails(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evals.llm.retries.FIRST_S", 0.01)
    code, _out, err = run_command(folder / "spec.yaml", "--fail-under", "0.1")

    assert code == 1
    assert "No answer was decided" in err
    assert Run.objects.get().n_error == 6


def test_each_variant_is_asked_with_its_own_key(
    folder: Path, standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRST_KEY", "sk-first-000000000")
    monkeypatch.setenv("SECOND_KEY", "sk-second-00000000")
    first, second = (
        write_spec(folder, standin.url()).read_text(encoding="utf-8").split("  - name: With")
    )
    model = "model: standin-small"
    (folder / "spec.yaml").write_text(
        first.replace(model, f"{model}\n    api_key_env: FIRST_KEY")
        + "  - name: With"
        + second.replace(model, f"{model}\n    api_key_env: SECOND_KEY"),
        encoding="utf-8",
    )

    run_command(folder / "spec.yaml")

    keys = {endpoint_of(one).api_key for one in Connection.objects.exclude(base_url="")}
    assert keys == {"sk-first-000000000", "sk-second-00000000"}
