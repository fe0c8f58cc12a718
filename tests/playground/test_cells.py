"""Cells and rows changed on the Data page, and changed back."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from playground import queries
from playground.domain.typed_text import typed
from playground.models import Playground, Row
from playground.services import counting, editing, undo
from playground.services.rows import freeze_current_version

Imported = Callable[..., Playground]
HTMX = {"HX-Request": "true"}


def row(playground: Playground, position: int) -> Row:
    return queries.rows_of(queries.current_version(playground)).get(position=position)


def text(playground: Playground, position: int, name: str = "question") -> str:
    column = playground.columns.get(name=name)
    return str(row(playground, position).cells[str(column.pk)])


def cell_url(playground: Playground, position: int, name: str = "question") -> str:
    column = playground.columns.get(name=name)
    return reverse("data-cell", args=[playground.pk, position, column.pk])


def was(page: str) -> str:
    return str(re.findall(r'name="was" value="(\w+)"', page)[0])


def save(client: Client, url: str, new: str, **headers: str) -> str:
    """Open the form at `url`, type `new`, send it: the answer."""
    form = client.get(url, headers=headers).content.decode()
    answer = client.post(url, {"text": new, "was": was(form), "back": "?q=x"}, headers=headers)
    assert answer.status_code in (200, 302)
    return answer.content.decode() or answer["Location"]


def token(page: str) -> str:
    return str(re.findall(r'name="token" value="([^"]+)"', page)[0])


def test_a_cell_is_edited_in_place_and_back(client_alice: Client, imported: Imported) -> None:
    playground = imported()

    answer = save(client_alice, cell_url(playground, 2), "Do you ship to Malta?", **HTMX)

    assert text(playground, 2) == "Do you ship to Malta?"
    assert '<tr id="r2" role="row" hx-swap-oob="true"' in answer
    assert "Row 2 edited." in answer
    assert f'href="{reverse("data", args=[playground.pk])}?show=duplicates&amp;q=x"' in answer
    undone = client_alice.post(
        reverse("data-undo", args=[playground.pk]), {"token": token(answer)}, headers=HTMX
    )
    assert "Row 2 is as it was." in undone.content.decode()
    assert text(playground, 2) == "Do you ship to Iceland?"


def test_an_edit_brings_the_counts_that_it_changes(
    client_alice: Client, imported: Imported
) -> None:
    playground = imported()
    freeze_current_version(playground)
    column = playground.columns.get(name="question")

    answer = save(client_alice, cell_url(playground, 2), "", **HTMX)

    parts = dict(re.findall(r'id="([a-z]+(?:-\w+)?)"[^>]*hx-swap-oob="true"[^>]*>(.*)', answer))
    assert 'Edited or new<span class="ct">1</span>' in parts["segments"]
    assert parts["version-name"].startswith("Version 2, edited here")
    assert {"versions", "since-run"} <= set(parts)
    assert "Input · being counted" in parts[f"share-{column.pk}"]
    counts = reverse("data-counts", args=[playground.pk])
    assert f'hx-get="{counts}?q=x"' in answer
    waiting = client_alice.get(counts).content.decode()
    assert f'hx-get="{counts}"' in waiting
    assert "share-" not in waiting

    counting.count(queries.current_version(playground).pk)
    counted = client_alice.get(counts).content.decode()
    assert "Input · 50%" in counted
    assert "1 of 2 · 50%" in counted
    assert f'id="prof-{column.pk}"' in counted
    assert 'id="segments"' in counted
    assert "hx-get" not in counted


def test_without_a_script_it_is_a_page(client_alice: Client, imported: Imported) -> None:
    playground = imported()

    page = client_alice.get(cell_url(playground, 1) + "?q=gift").content.decode()
    location = save(client_alice, cell_url(playground, 1), "New?")

    assert "<h1>question of row 1</h1>" in page
    assert 'name="back" value="?q=gift"' in page
    assert location == f"{reverse('data', args=[playground.pk])}?q=x#r1"
    after = client_alice.get(location).content.decode()
    assert "Row 1 edited." in after
    client_alice.post(reverse("data-undo", args=[playground.pk]), {"token": token(after)})
    assert text(playground, 1) == "Do gift cards expire?"


def test_the_same_text_changes_nothing(client_alice: Client, imported: Imported) -> None:
    playground = imported()
    freeze_current_version(playground)

    answer = save(client_alice, cell_url(playground, 1), "Do gift cards expire?", **HTMX)

    assert "edited" not in answer
    assert queries.current_version(playground).number == 1


@pytest.mark.parametrize(
    ("before", "sent", "stored"),
    [
        ("a\nb", "a\r\nb", "a\nb"),
        ("a\r\nb", "a\r\nb", "a\r\nb"),
        ("a\rb", "a\r\nb", "a\rb"),
        ("a\r\nb", "a\r\nb\r\nc", "a\r\nb\r\nc"),
        ("a\nb", "a\r\nb\r\nc", "a\nb\nc"),
        ("a\r\nb\nc", "x\r\ny", "x\ny"),
        ("", "x\r\ny", "x\ny"),
        (" a ", " a ", " a "),
    ],
)
def test_line_breaks_of_browsers_change_no_text(before: str, sent: str, stored: str) -> None:
    assert typed(sent, before=before) == stored


def test_a_cell_that_was_changed_meanwhile_is_kept(
    client_alice: Client, imported: Imported
) -> None:
    playground = imported()
    url = cell_url(playground, 1)
    stale = was(client_alice.get(url).content.decode())
    save(client_alice, url, "Somebody else's")

    fragment = client_alice.post(url, {"text": "Mine", "was": stale}, headers=HTMX)
    page = client_alice.post(url, {"text": "Mine", "was": stale})

    assert (fragment.status_code, page.status_code) == (409, 409)
    assert "question of row 1 was changed meanwhile" in fragment.content.decode()
    assert "Mine</textarea>" in page.content.decode()
    assert text(playground, 1) == "Somebody else's"


def test_a_text_for_a_row_that_was_deleted_is_kept(
    client_alice: Client, imported: Imported
) -> None:
    playground = imported()
    url = cell_url(playground, 2)
    stale = was(client_alice.get(url).content.decode())
    editing.delete_rows(playground, [row(playground, 2).pk])

    fragment = client_alice.post(url, {"text": "Mine", "was": stale}, headers=HTMX)
    page = client_alice.post(url, {"text": "Mine", "was": stale})

    assert (fragment.status_code, page.status_code) == (404, 404)
    assert fragment["HX-Retarget"] == "#notices"
    assert "Row 2 was deleted meanwhile." in fragment.content.decode()
    assert "Row 2 was deleted meanwhile." in page.content.decode()
    assert "Mine</textarea>" in page.content.decode()


def test_a_text_that_is_refused_is_not_lost(client_alice: Client, imported: Imported) -> None:
    playground = imported()
    playground.columns.filter(name="question").update(required=True)
    url = cell_url(playground, 1)

    answer = client_alice.post(
        url, {"text": " ", "was": was(client_alice.get(url).content.decode())}
    )

    assert answer.status_code == 422
    assert "question is required" in answer.content.decode()


def test_only_cells_that_are_there_have_a_form(client_alice: Client, imported: Imported) -> None:
    playground, other = imported(), imported()
    column = other.columns.get(name="question")

    assert client_alice.get(cell_url(playground, 99)).status_code == 404
    wrong = reverse("data-cell", args=[playground.pk, 1, column.pk])
    assert client_alice.get(wrong).status_code == 404


def test_a_long_text_comes_whole(client_alice: Client, imported: Imported) -> None:
    long = "word " * 300
    playground = imported(f"question,topic\n{long},T\n".encode())

    page = client_alice.get(reverse("data", args=[playground.pk])).content.decode()
    form = client_alice.get(cell_url(playground, 1), headers=HTMX).content.decode()

    assert long not in page
    assert long in form


def test_a_row_is_added_and_taken_back(client_alice: Client, imported: Imported) -> None:
    playground = imported()
    columns = {column.name: column.pk for column in playground.columns.all()}
    url = reverse("data-row-add", args=[playground.pk])

    assert 'id="dialog-title"' in client_alice.get(url, headers=HTMX).content.decode()
    empty = client_alice.post(url, {})
    added = client_alice.post(
        url, {f"c{columns['question']}": "A\r\nB", f"c{columns['id']}": "T-9"}
    )

    assert "The row has no text." in empty.content.decode()
    assert added["Location"].endswith("?before=4#r3")
    assert text(playground, 3) == "A\nB"
    after = client_alice.get(added["Location"]).content.decode()
    client_alice.post(reverse("data-undo", args=[playground.pk]), {"token": token(after)})
    assert queries.current_version(playground).row_count == 2


@pytest.mark.parametrize("is_frozen", [False, True])
def test_rows_are_deleted_after_a_question_and_brought_back(
    client_alice: Client, imported: Imported, is_frozen: bool
) -> None:
    playground = imported()
    if is_frozen:
        freeze_current_version(playground)
    before = list(queries.rows_of(queries.current_version(playground)).values("position", "cells"))
    ids = queries.row_ids(queries.current_version(playground))
    url = reverse("data-rows-delete", args=[playground.pk])

    asked = client_alice.post(url, {"row": ids}, headers=HTMX).content.decode()
    done = client_alice.post(url, {"row": ids, "sure": "1", "back": "?show=all"})

    assert "Delete 2 rows?" in asked
    assert "<html" not in asked
    version = queries.current_version(playground)
    assert (version.row_count, queries.row_ids(version)) == (0, [])
    after = client_alice.get(done["Location"]).content.decode()
    assert "2 rows deleted." in after
    assert "No rows" in after
    client_alice.post(reverse("data-undo", args=[playground.pk]), {"token": token(after)})
    version = queries.current_version(playground)
    assert list(queries.rows_of(version).values("position", "cells")) == before
    assert version.row_count == 2
    assert version.changes in ({}, {"added": 0, "changed": 0, "gone": 0})


@pytest.mark.parametrize("rows", [[], ["x"], ["9" * 30]])
def test_deleting_nothing_is_refused(
    client_alice: Client, imported: Imported, rows: list[str]
) -> None:
    url = reverse("data-rows-delete", args=[imported().pk])

    answer = client_alice.post(url, {"row": rows, "sure": "1"})

    assert answer.status_code == 422
    assert "No row is selected." in answer.content.decode()


def test_rows_of_others_are_not_deleted(client_alice: Client, imported: Imported) -> None:
    mine, other = imported(), imported()
    ids = queries.row_ids(queries.current_version(other))

    client_alice.post(reverse("data-rows-delete", args=[mine.pk]), {"row": ids, "sure": "1"})

    assert queries.current_version(other).row_count == 2


def test_only_our_tokens_take_anything_back(client_alice: Client, imported: Imported) -> None:
    playground, other = imported(), imported()
    foreign = undo.token_of_new(other, row(other, 1))
    url = reverse("data-undo", args=[playground.pk])

    for bad in ("", "x", foreign + "x", foreign):
        answer = client_alice.post(url, {"token": bad})
        assert answer.status_code == 422
        assert "cannot be taken back" in answer.content.decode()
    assert queries.current_version(other).row_count == 2


def test_a_change_that_was_changed_again_is_not_taken_back(
    client_alice: Client, imported: Imported
) -> None:
    playground = imported()
    url = cell_url(playground, 1)
    first = token(save(client_alice, url, "One", **HTMX))
    save(client_alice, url, "Two", **HTMX)

    answer = client_alice.post(reverse("data-undo", args=[playground.pk]), {"token": first})

    assert answer.status_code == 409
    assert text(playground, 1) == "Two"
