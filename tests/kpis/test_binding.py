"""From columns with roles to the inputs of a KPI."""

import pytest

from evals.domain.snapshot import ColumnSpec
from evals.kpis import score
from evals.kpis.base import NotApplicable
from evals.kpis.binding import answer_inputs, row_fields
from evals.kpis.inputs import LIST_INPUTS, TEXT_INPUTS, Inputs
from evals.services.kpi_fit import BINDABLE, ROLE_WORDS, ROLES
from playground.models import Column

USUAL = {"input", "expected", "context", "keywords", "answerable"}
# They are no facts that an answer could be judged by.
WITHOUT_INPUT = {"source", "filter", "row_id", "response", "left_out"}


def read(cell: str, role: str) -> Inputs:
    """The inputs of a row with one column of this role, and its answer."""
    column = ColumnSpec(id="7", name="column", role=role)
    return answer_inputs(row_fields([column], {"7": cell}), response="An answer.")


def test_every_role_of_a_column_is_an_input_or_none() -> None:
    further = {*TEXT_INPUTS, *LIST_INPUTS}

    assert further | USUAL | WITHOUT_INPUT == set(Column.Role.values)
    assert all(ROLES[name] == name == BINDABLE[name] for name in further)
    assert set(ROLE_WORDS) == further | USUAL


@pytest.mark.parametrize("role", TEXT_INPUTS)
def test_a_text_is_read_as_it_stands(role: str) -> None:
    assert getattr(read('{"a": 1}', role), role) == '{"a": 1}'
    assert getattr(read("  ", role), role) is None


@pytest.mark.parametrize(
    ("role", "cell", "expected"),
    [
        ("key_points", "First, with a comma\nSecond", ("First, with a comma", "Second")),
        ("key_points", '["First", "Second"]', ("First", "Second")),
        ("relevant_ids", "d1, d2", ("d1", "d2")),
        ("relevant_ids", "", ()),
        ("context_dates", '["2026-01-01", "2026-03-01"]', ("2026-01-01", "2026-03-01")),
        ("samples", "One sample, with a comma.", ("One sample, with a comma.",)),
        ("samples", '["One.", "Two."]', ("One.", "Two.")),
    ],
)
def test_a_list_is_read_item_by_item(role: str, cell: str, expected: tuple[str, ...]) -> None:
    assert getattr(read(cell, role), role) == expected


def test_what_is_no_text_becomes_json() -> None:
    inputs = Inputs.from_mapping({"response": "", "glossary": {"invoice": "facture"}})

    assert inputs.glossary == '{"invoice": "facture"}'


def test_a_response_is_never_what_an_answer_is_judged_by() -> None:
    columns = [
        ColumnSpec(id="1", name="gpt-4o", role="response"),
        ColumnSpec(id="2", name="question", role="input"),
    ]
    inputs = answer_inputs(row_fields(columns, {"1": "Said.", "2": "Asked?"}), response="Said.")

    assert inputs.question == "Asked?"
    assert inputs.values == {"question": "Asked?"}


@pytest.mark.parametrize(
    ("key", "params", "words"),
    [
        ("latency_ms", {}, "How long an imported answer took is not known"),
        ("cost_usd", {}, "What an imported answer cost is not known"),
        (
            "number_grounding",
            {"against": "context_used"},
            "What context an imported answer was given is not known",
        ),
    ],
)
def test_what_nobody_knows_of_an_imported_answer_does_not_apply(
    key: str, params: dict[str, object], words: str
) -> None:
    inputs = Inputs(response="It weighs 30 kg.", evidence=("30 kg",), is_imported=True)

    assert score(key, params=params, inputs=inputs) == NotApplicable(reason=words)
