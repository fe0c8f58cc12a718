"""The columns of a playground after its import: names, types, roles, order."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.errors import Refused
from playground import queries
from playground.models import Column, Playground
from playground.services import columns
from tests.playground.editor_fields import shown_names

Imported = Callable[..., Playground]


def url(playground: Playground) -> str:
    return reverse("data-columns", args=[playground.pk])


def fields(playground: Playground, *left_out: str, **changes: str) -> dict[str, object]:
    """What the editor sends when nothing is changed but `changes`, as in question__name."""
    ids = playground.columns.values_list("pk", flat=True)
    posted: dict[str, object] = {"save": "1", "shown": " ".join(map(str, ids))}
    kept = [column for column in playground.columns.all() if column.name not in left_out]
    posted["columns"] = [str(column.pk) for column in kept]
    for column in kept:
        for key in ("name", "type", "role"):
            new = changes.get(f"{column.name.replace(' ', '_')}__{key}", getattr(column, key))
            posted[f"{column.pk}-{key}"] = new
    return posted


def names(playground: Playground) -> list[str]:
    return [column.name for column in playground.columns.all()]


def test_it_renames_and_changes_roles(client_alice: Client, imported: Imported) -> None:
    playground = imported()
    ids = {column.name: column.pk for column in playground.columns.all()}

    page = client_alice.get(url(playground)).content.decode()
    answer = client_alice.post(
        url(playground), fields(playground, question__name="ask", topic__role="source")
    )

    assert "Save columns" in page
    assert answer["Location"] == reverse("data", args=[playground.pk])
    assert Column.objects.get(pk=ids["question"]).name == "ask"
    assert Column.objects.get(pk=ids["topic"]).role == "source"
    cells = queries.current_version(playground).rows()[0].cells
    assert cells[str(ids["question"])] == "Do gift cards expire?"
    assert not queries.current_version(playground).is_counted


def test_two_columns_swap_their_names_and_places(client_alice: Client, imported: Imported) -> None:
    playground = imported()
    posted = fields(playground, question__name="topic", topic__name="question")
    posted["columns"] = list(reversed(list(map(str, posted["columns"]))))  # type: ignore[call-overload]  # a list

    client_alice.post(url(playground), posted)

    assert names(playground) == ["question", "context", "expected answer", "topic", "id"]


def test_a_new_column_is_empty_and_can_go_again(client_alice: Client, imported: Imported) -> None:
    playground = imported()
    posted = fields(playground)
    new = {"n1-name": "note", "n1-type": "text", "n1-role": "source"}

    added = posted | new | {"columns": [*map(str, posted["columns"]), "n1"]}  # type: ignore[call-overload]  # a list
    client_alice.post(url(playground), added)
    assert names(playground)[-1] == "note"
    assert client_alice.get(reverse("data", args=[playground.pk])).status_code == 200

    client_alice.post(url(playground), fields(playground, "note"))
    assert names(playground)[-1] == "topic"


def test_a_column_that_came_meanwhile_is_not_removed_by_an_old_page(
    client_alice: Client, imported: Imported
) -> None:
    playground = imported()
    old = fields(playground, question__name="ask")
    Column.objects.create(playground=playground, name="note", position=9)

    answer = client_alice.post(url(playground), old)

    page = answer.content.decode()
    assert (answer.status_code, names(playground)[-1]) == (409, "note")
    assert "note was added meanwhile." in page
    assert shown_names(answer.content)[1] == "ask"
    assert shown_names(answer.content)[-1] == "note"
    again = {"save": "1", "shown": re.findall(r'name="shown" value="([^"]*)"', page)[0]}
    assert again["shown"] == fields(playground)["shown"]
    client_alice.post(url(playground), fields(playground, question__name="ask") | again)
    assert (names(playground)[1], names(playground)[-1]) == ("ask", "note")


def test_a_page_that_does_not_say_what_it_showed_removes_nothing(
    client_alice: Client, imported: Imported
) -> None:
    playground = imported()
    Column.objects.create(playground=playground, name="note", position=9)
    posted = fields(playground, "note")
    del posted["shown"]

    assert client_alice.post(url(playground), posted).status_code == 409
    assert names(playground)[-1] == "note"


def test_a_button_keeps_what_the_page_showed(client_alice: Client, imported: Imported) -> None:
    playground = imported()
    posted = fields(playground) | {"do": "add"}
    del posted["save"]
    Column.objects.create(playground=playground, name="note", position=9)

    page = client_alice.post(url(playground), posted).content.decode()

    assert f'name="shown" value="{posted["shown"]}"' in page


def test_a_column_with_cells_stays(client_alice: Client, imported: Imported) -> None:
    playground = imported()

    answer = client_alice.post(url(playground), fields(playground, "topic"))

    assert answer.status_code == 422
    assert "topic holds cells" in answer.content.decode()
    assert names(playground)[-1] == "topic"


def test_a_column_of_answers_stays_without_cells_too(imported: Imported) -> None:
    playground = imported()
    Column.objects.create(playground=playground, name="Ours", role="response", position=9)
    others = columns.editing_of(playground).columns[:-1]

    with pytest.raises(Refused, match="Ours is used as Response, and runs may have used it"):
        columns.change(playground, others)


def test_columns_that_cannot_be_used_are_shown_with_the_mistake(
    client_alice: Client, imported: Imported
) -> None:
    playground = imported()

    twice = client_alice.post(url(playground), fields(playground, question__name="TOPIC"))
    none = client_alice.post(url(playground), fields(playground, question__role="filter"))

    assert (twice.status_code, none.status_code) == (422, 422)
    assert "Another column is called" in twice.content.decode()
    assert "No column is used as Input." in none.content.decode()
    assert "question" in names(playground)


def test_a_button_changes_the_form_only(client_alice: Client, imported: Imported) -> None:
    playground = imported()
    posted = fields(playground) | {"do": "add"}
    del posted["save"]

    page = client_alice.post(url(playground), posted).content.decode()
    fragment = client_alice.post(url(playground), posted, headers={"HX-Request": "true"})

    assert "new_column" in page
    assert "new_column" in fragment.content.decode()
    assert "<html" not in fragment.content.decode()
    assert "new_column" not in names(playground)


def test_nothing_changed_counts_nothing_again(imported: Imported) -> None:
    playground = imported()

    assert not columns.change(playground, columns.editing_of(playground).columns)
    assert queries.current_version(playground).is_counted


def test_the_playground_gets_another_name(client_alice: Client, imported: Imported) -> None:
    playground = imported()
    rename = reverse("playground-rename", args=[playground.pk])

    nameless = client_alice.post(rename, {"name": " ", "question": "Why?"})
    client_alice.post(rename, {"name": "Tents", "question": "Why?"})

    assert nameless.status_code == 422
    assert "This field is required." in nameless.content.decode()
    playground.refresh_from_db()
    assert (playground.name, playground.question) == ("Tents", "Why?")
