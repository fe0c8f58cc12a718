"""Variants whose answers came with the data."""

import pytest

from accounts.errors import Refused
from accounts.models import Workspace
from evals.models import Connection, Variant
from evals.services import connections, imported_answers
from playground.models import Column, Playground
from playground.services.rows import ColumnDraft, create_playground

COLUMNS = (
    ("question", "input"),
    ("expected", "expected"),
    ("gpt-4o", "response"),
    ("claude-sonnet-4", "response"),
)
ROWS = (
    ("How heavy is the tent?", "2.4 kg", "It weighs 2.4 kg.", "2.4 kg"),
    ("How long is the warranty?", "5 years", "Three years.", "5 years"),
    ("Do you ship abroad?", "Yes", "", "Yes"),
)


@pytest.fixture
def answered(workspace: Workspace) -> Playground:
    """Three questions with the answers of two models; one has no answer to the third."""
    return create_playground(
        workspace=workspace,
        user=None,
        name="Answered",
        question="",
        columns=[ColumnDraft(name=name, role=role) for name, role in COLUMNS],
        rows=ROWS,
        source_name="answers.csv",
    )


def test_it_makes_a_variant_of_each_response_column_once(answered: Playground) -> None:
    Variant.objects.all().delete()
    made = imported_answers.create_variants(answered)

    assert [variant.name for variant in made] == ["gpt-4o", "claude-sonnet-4"]
    assert [variant.is_baseline for variant in made] == [True, False]
    assert {variant.connection.kind for variant in made} == {Connection.Kind.IMPORTED}
    assert {variant.connection.name for variant in made} == {"Imported answers"}
    assert imported_answers.create_variants(answered) == []


def test_it_makes_no_more_variants_than_a_playground_compares(workspace: Workspace) -> None:
    names = [f"model {number}" for number in range(10)]
    ground = create_playground(
        workspace=workspace,
        user=None,
        name="Many",
        question="",
        columns=[ColumnDraft(name="q", role="input")]
        + [ColumnDraft(name=name, role="response") for name in names],
        rows=[["?", *names]],
        source_name="many.csv",
    )
    Variant.objects.filter(playground=ground).delete()

    made = imported_answers.create_variants(ground)

    assert [variant.name for variant in made] == names[:8]


def test_it_refuses_a_column_that_holds_no_responses(answered: Playground) -> None:
    column = Column.objects.get(playground=answered, name="expected")
    with pytest.raises(Refused, match="holds no responses"):
        imported_answers.create(answered, column)


def test_its_connection_has_a_name_of_its_own(answered: Playground) -> None:
    Variant.objects.all().delete()
    Connection.objects.all().delete()
    draft = connections.ConnectionDraft(name="Imported answers", kind=Connection.Kind.SIMULATED)
    connections.create(workspace=answered.workspace, draft=draft)

    made = imported_answers.create_variants(answered)

    assert made[0].connection.name == "Imported answers 2"
