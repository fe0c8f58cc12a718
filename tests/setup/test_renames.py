"""Prompts follow the names of columns."""

import pytest

from accounts.models import Workspace
from evals.models import Variant
from evals.services import connections
from playground.domain.column_editing import Edited
from playground.domain.templates import TemplateColumn
from playground.models import Playground
from playground.services import columns
from playground.services.rows import ColumnDraft, create_playground


@pytest.fixture
def playground(workspace: Workspace) -> Playground:
    return create_playground(
        workspace=workspace,
        user=None,
        name="Shop",
        question="",
        columns=[ColumnDraft(name="a"), ColumnDraft(name="b"), ColumnDraft(name="c")],
        rows=[["1", "2", "3"]],
        source_name="shop.csv",
    )


def variant(playground: Playground, system: str, user: str) -> Variant:
    connection = connections.ensure_embedded(playground.workspace)
    return Variant.objects.create(
        playground=playground,
        position=playground.variants.count(),
        name="V",
        connection=connection,
        model_id="m",
        system_prompt=system,
        user_prompt=user,
    )


def renamed(playground: Playground, **names: str) -> None:
    columns.change(
        playground,
        [
            Edited(
                key=str(column.pk), column=TemplateColumn(name=names.get(column.name, column.name))
            )
            for column in playground.columns.all()
        ],
    )


def test_new_names_stand_in_the_prompts(playground: Playground) -> None:
    uses = variant(playground, "Be {{ a }}.", "{{a}} {{b}} {{d}} {a}")
    others = variant(playground, "", "{{c}}")

    renamed(playground, a="b", b="a")

    uses.refresh_from_db()
    others.refresh_from_db()
    assert (uses.system_prompt, uses.user_prompt) == ("Be {{b}}.", "{{b}} {{a}} {{d}} {a}")
    assert (uses.prompt_version, others.prompt_version) == (2, 1)


def test_another_role_changes_no_prompt(playground: Playground) -> None:
    uses = variant(playground, "", "{{a}}")

    facts = [
        Edited(key=str(column.pk), column=TemplateColumn(name=column.name, type="long_text"))
        for column in playground.columns.all()
    ]
    assert columns.change(playground, facts)

    uses.refresh_from_db()
    assert uses.prompt_version == 1
