"""The column editor: changes on plain values, fields as they are posted, words for mistakes."""

import pytest
from django.http import QueryDict

from accounts.errors import Refused
from playground.domain import column_editing
from playground.domain.column_editing import Editing, editing_of
from playground.domain.templates import Template, TemplateColumn
from playground.forms.columns import ColumnEditor, role_choices
from playground.models import Column

SHOP = Template(
    key="shop",
    name="Shop",
    description="",
    columns=(
        TemplateColumn(name="question", type="text", role="input", required=True),
        TemplateColumn(name="answer", type="long_text", role="expected"),
        TemplateColumn(name="topic", type="category", role="filter"),
    ),
    setup={
        "variants": [
            {"name": "A", "system": "Be short. {{ topic }}", "prompt": "{{question}} {{{{topic}}}}"}
        ],
        "kpis": [{"key": "token_f1", "place": "required"}],
    },
    sample_rows=(("Do gift cards expire?", "No", "Gift cards"), ("Do you ship?", "Yes", "")),
)


def names(editing: Editing) -> list[str]:
    return [one.column.name for one in editing.columns]


def posted(*columns: tuple[str, str, str, str], **more: str) -> QueryDict:
    """Fields of (key, name, type, role), the first one required."""
    data = QueryDict(mutable=True)
    for key, name, kind, role in columns:
        data.appendlist("columns", key)
        data.update({f"{key}-name": name, f"{key}-type": kind, f"{key}-role": role})
    data.update({f"{columns[0][0]}-required": "on", **more} if columns else more)
    return data


PLAIN = (("0", "question", "text", "input"), ("2", "subject", "category", "filter"))


def test_it_moves_a_column_and_stops_at_the_ends() -> None:
    editing = editing_of(SHOP.columns)

    assert names(editing.moved("2", -1)) == ["question", "topic", "answer"]
    assert names(editing.moved("0", 99)) == ["answer", "topic", "question"]
    assert names(editing.moved("0", -1)) == ["question", "answer", "topic"]


def test_it_puts_a_removed_column_back_where_it_was() -> None:
    without = editing_of(SHOP.columns).without("1")

    assert names(without) == ["question", "topic"]
    assert names(without.added().restored()) == ["question", "answer", "topic", "new_column"]
    assert without.restored().restored() == editing_of(SHOP.columns)


def test_it_gives_every_new_column_a_name_and_a_key_of_its_own() -> None:
    editing = editing_of(SHOP.columns).added().added()
    again = editing.without("n2").added().restored()

    assert names(editing)[3:] == ["new_column", "new_column_2"]
    assert len({one.key for one in again.columns}) == len(again.columns) == 6


def test_the_first_column_of_an_empty_editor_is_an_input() -> None:
    assert Editing().added().columns[0].column.role == "input"


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ([TemplateColumn(name=" ")], "Name this column, or remove it."),
        *(
            (
                [TemplateColumn(name=name)],
                "No prompt could use this name. Leave out braces and line breaks.",
            )
            for name in ("q {1}", "q}", "a}}b", "{{q}}", "two\nlines")
        ),
        (
            [TemplateColumn(name="Topic"), TemplateColumn(name="topic", role="filter")],
            "Another column is called “Topic”. Rename one of them.",
        ),
        (
            [
                TemplateColumn(name="q"),
                TemplateColumn(name="id", role="row_id"),
                TemplateColumn(name="key", role="row_id"),
            ],
            "“id” is the row id already. Use one column as Row id.",
        ),
        (
            [TemplateColumn(name="topic", role="filter")],
            "No column is used as Input. Choose Input for the questions.",
        ),
        ([], "No column is used as Input. Choose Input for the questions."),
    ],
)
def test_it_says_what_is_wrong(columns: list[TemplateColumn], words: str) -> None:
    assert column_editing.mistakes(editing_of(columns).columns).first() == words


def test_prompts_and_sample_rows_follow_the_columns() -> None:
    editor = ColumnEditor.posted(
        posted(
            ("n1", "tier", "category", "filter"),
            ("2", "question", "text", "input"),
            ("0", "topic", "text", "filter"),
        )
    )

    template = column_editing.edited_template(SHOP, editor.editing.columns)

    assert template.sample_rows == (
        ("", "Gift cards", "Do gift cards expire?"),
        ("", "", "Do you ship?"),
    )
    variant = template.setup["variants"][0]
    assert variant["system"] == "Be short. {{question}}"
    assert variant["prompt"] == "{{topic}} {{{{question}}}}"
    assert template.setup["kpis"] == SHOP.setup["kpis"]
    assert SHOP.setup["variants"][0]["prompt"] == "{{question}} {{{{topic}}}}"


def test_it_names_what_a_prompt_misses() -> None:
    columns = editing_of(SHOP.columns).without("2").columns

    assert column_editing.missing_in_prompts(SHOP) == ()
    edited = column_editing.edited_template(SHOP, columns)
    assert column_editing.missing_in_prompts(edited) == ("topic",)


def test_it_reads_what_was_posted() -> None:
    editor = ColumnEditor.posted(posted(*PLAIN, removed="1", removed_at="1", **REMOVED))

    assert editor.columns == [
        TemplateColumn(name="question", type="text", role="input", required=True),
        TemplateColumn(name="subject", type="category", role="filter"),
    ]
    assert editor.is_valid()
    assert [column.name for column in editor.after("undo").columns][1] == "answer"


REMOVED = {"1-name": "answer", "1-type": "long_text", "1-role": "expected"}


def test_what_it_shows_can_be_posted_again() -> None:
    editor = ColumnEditor.of(SHOP.columns).after("remove:0")
    fields = editor.removed_fields()
    rows = [
        (row.edited.key, *(row.fields[name].value() for name in ("name", "type", "role")))
        for row in editor.rows()
    ]
    data = posted(*rows, **fields)
    del data["1-required"]

    assert ColumnEditor.posted(data).after("undo").editing == editing_of(SHOP.columns)


@pytest.mark.parametrize(
    "action", ["remove:9", "up:x", "down:", "fly", "", "undo", "remove:" + "9" * 5000]
)
def test_an_unknown_action_changes_nothing(action: str) -> None:
    editor = ColumnEditor.of(SHOP.columns)

    assert editor.after(action).editing == editor.editing


@pytest.mark.parametrize(
    "data",
    [
        posted(("0", "q", "nonsense", "input")),
        posted(("0", "q", "text", "nonsense")),
        posted(("0", "x" * 201, "text", "input")),
        posted(("0", "a\0b", "text", "input")),
        posted(("../0", "q", "text", "input")),
        posted(("9" * 50, "q", "text", "input")),
        posted(*PLAIN, removed="1"),
        posted(*[(str(n), f"c{n}", "text", "input") for n in range(501)]),
    ],
)
def test_it_refuses_in_words_what_no_editor_sends(data: QueryDict) -> None:
    with pytest.raises(Refused) as caught:
        ColumnEditor.posted(data)

    assert caught.value.message
    assert caught.value.hint


def test_every_role_can_be_chosen_once() -> None:
    offered = [value for _group, choices in role_choices() for value, _label in choices]

    assert sorted(offered) == sorted(Column.Role.values)
