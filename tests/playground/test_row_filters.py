"""Segments and filters of rows, which stand in the address."""

import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from playground import queries
from playground.domain import row_filters
from playground.models import DatasetVersion, Playground
from playground.services import editing
from playground.services.rows import freeze_current_version

Imported = Callable[..., Playground]

ROWS = (
    "question,context,topic,price\n"
    "Q1,C,Größe A,3\n"
    "Q2, ,Delivery,-2.5\n"
    "Q1,C,Größe A,007\n"
    "Q4,\u00a0,delivery,1e3\n"
    "Q5,C,,about 3\n"
    "\u3000Q1,C,50%,\n"
).encode()


@pytest.fixture
def shop(imported: Imported) -> Playground:
    playground = imported(ROWS)
    types = {"context": "context", "topic": "filter", "price": "filter", "question": "input"}
    for name, role in types.items():
        playground.columns.filter(name=name).update(
            role=role, type="number" if name == "price" else "text"
        )
    DatasetVersion.objects.update(profile={})
    return playground


def shown(client: Client, playground: Playground, *pairs: tuple[str, str]) -> list[int]:
    """The numbers of the rows on the page."""
    page = client.get(reverse("data", args=[playground.pk]) + f"?{urlencode(pairs)}")
    assert page.status_code == 200
    return [int(found) for found in re.findall(r'<tr id="r(\d+)"', page.content.decode())]


@pytest.mark.parametrize(
    ("name", "kind", "value", "found"),
    [
        ("topic", "is", "Größe A", [1, 3]),
        ("topic", "is", "delivery", [4]),
        ("topic", "not", "Größe A", [2, 4, 5, 6]),
        ("topic", "has", "DELIV", [2, 4]),
        ("topic", "has", "%", [6]),
        ("topic", "has", "GRöß", [1, 3]),
        ("topic", "empty", "", [5]),
        ("context", "empty", "", [2, 4]),
        ("context", "filled", "", [1, 3, 5, 6]),
        ("price", "min", "0", [1, 4]),
        ("price", "max", "3", [1, 2]),
        ("price", "max", "1e-300", [2]),
        ("question", "is", "Q1", [1, 3, 6]),
    ],
)
def test_it_filters_by_a_column(
    client_alice: Client, shop: Playground, name: str, kind: str, value: str, found: list[int]
) -> None:
    column = shop.columns.get(name=name)

    assert shown(client_alice, shop, ("f", f"{column.pk}:{kind}:{value}")) == found


def test_filters_search_and_segment_add_up(client_alice: Client, shop: Playground) -> None:
    topic, price = (shop.columns.get(name=name).pk for name in ("topic", "price"))
    pairs = [("f", f"{topic}:is:Größe A"), ("f", f"{price}:filled:"), ("q", "007")]

    assert shown(client_alice, shop, *pairs) == [3]
    assert shown(client_alice, shop, *pairs, ("show", "duplicates")) == [3]
    assert shown(client_alice, shop, *pairs, ("show", "no_context")) == []


@pytest.mark.parametrize(
    "text", ["", "x", "1", "1:is:", "1:min:lots", "1:min:nan", "1:odd:2", "::", "999999999999:is:x"]
)
def test_what_is_no_filter_is_passed_over(
    client_alice: Client, shop: Playground, text: str
) -> None:
    assert row_filters.parse([text]) == ()
    assert len(shown(client_alice, shop, ("f", text))) == 6


def test_the_form_of_a_filter_leads_to_its_address(client_alice: Client, shop: Playground) -> None:
    topic = shop.columns.get(name="topic")
    url = reverse("data", args=[shop.pk])

    page = client_alice.get(f"{url}?filter={topic.pk}&q=C").content.decode()
    sent = client_alice.get(f"{url}?q=C&fc={topic.pk}&fo=is&fv=Gr%C3%B6%C3%9Fe+A")

    assert "<option>Größe A</option>" in page
    assert sent["Location"] == f"{url}?{urlencode([('q', 'C'), ('f', f'{topic.pk}:is:Größe A')])}"
    after = client_alice.get(sent["Location"]).content.decode()
    assert "topic is Größe A" in after
    assert 'href="?q=C" aria-label="Remove topic is Größe A"' in after


def test_segments_are_counted(client_alice: Client, shop: Playground) -> None:
    columns = list(shop.columns.all())
    version = queries.current_version(shop)

    counts = queries.segment_counts(version, columns)

    assert counts == {"all": 6, "no_context": 2, "duplicates": 2}
    assert shown(client_alice, shop, ("show", "no_context")) == [2, 4]
    assert shown(client_alice, shop, ("show", "duplicates")) == [3, 6]


def test_a_large_version_says_no_number_that_is_not_counted(
    shop: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.queries.selections._COUNTED_AT_ONCE", 5)

    counts = queries.segment_counts(queries.current_version(shop), list(shop.columns.all()))

    assert counts == {"all": 6, "no_context": None, "duplicates": None}


def test_edited_rows_are_marked_and_found(client_alice: Client, shop: Playground) -> None:
    topic = shop.columns.get(name="topic").pk
    first = freeze_current_version(shop).rows()[0]
    editing.edit_cell(shop, first.pk, topic, "Sizes")
    editing.add_row(shop, {topic: "New"})

    assert shown(client_alice, shop, ("show", "edited")) == [1, 7]
    page = client_alice.get(reverse("data", args=[shop.pk])).content.decode()
    assert 'Edited or new<span class="ct">2</span>' in page
    assert "7 rows now" in page
    assert "6 rows now" not in page
    assert page.count("Edited in this version.") == 1
    assert page.count("New in this version.") == 1
    assert "Version 2, edited here" in page
    assert "1 added, 1 changed, 0 gone" in page
