"""The rows of a playground, page by page."""

import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from playground.models import Playground, Upload

Imported = Callable[..., Playground]


def many(count: int) -> bytes:
    return b"question,topic\n" + b"".join(b"Question %d?,T%d\n" % (n, n % 3) for n in range(count))


def address(playground: Playground, query: str = "") -> str:
    return reverse("data", args=[playground.pk]) + query


def shown(page: str) -> list[str]:
    return re.findall(r"Question \d+\?", page)


def get(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def test_it_shows_rows_with_roles_and_shares(client_alice: Client, imported: Imported) -> None:
    page = get(client_alice, address(imported()))

    assert "Do gift cards expire?" in page
    assert "Input · 100%" in page
    assert "Context · 50%" in page
    assert "No context" in page


def test_it_pages_forward_and_back_by_position(client_alice: Client, imported: Imported) -> None:
    playground = imported(many(120))

    first = get(client_alice, address(playground))
    second = get(client_alice, address(playground, "?after=50"))
    last = get(client_alice, address(playground, "?after=100"))
    back = get(client_alice, address(playground, "?before=101"))

    assert (len(shown(first)), shown(second)[0], len(shown(last))) == (50, "Question 50?", 20)
    assert shown(back) == shown(second)
    assert ('href="?after=50"' in first, "51–100 of 120" in second) == (True, True)
    assert 'rel="next"' not in last


def test_it_searches_in_every_column(client_alice: Client, imported: Imported) -> None:
    playground = imported('question,topic\n"50% off?",Größe\nNew,Sale "now"\n'.encode())

    for words, found in (("0%", True), ("größe", True), ('SALE "NOW', True), ("N_w", False)):
        page = get(client_alice, address(playground, f"?{urlencode({'q': words})}"))
        assert ("No row is like this" not in page) == found, words


def test_a_search_keeps_its_words_from_page_to_page(
    client_alice: Client, imported: Imported
) -> None:
    page = get(client_alice, address(imported(many(200)), "?q=t1"))

    assert "67 rows found" in page
    assert 'href="?q=t1&amp;after=149"' in page


def test_it_keeps_the_run_that_the_other_tabs_show(
    client_alice: Client, imported: Imported
) -> None:
    playground = imported(many(200))
    page = get(client_alice, address(playground, "?run=3&q=t1"))

    assert f'{reverse("compare", args=[playground.pk])}?run=3"' in page
    assert 'href="?run=3&amp;q=t1&amp;after=149"' in page
    assert '<input type="hidden" name="run" value="3">' in page
    assert 'href="?run=3" aria-label="Remove t1"' in page


@pytest.mark.parametrize("query", ["?after=x", "?before=-1", "?after=99999999999999", "?q=%00'\""])
def test_odd_queries_do_no_harm(client_alice: Client, imported: Imported, query: str) -> None:
    get(client_alice, address(imported(), query))


def test_it_needs_the_same_queries_at_any_size(
    client_alice: Client,
    imported: Imported,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    small, large = imported(many(2)), imported(many(300))

    with django_assert_num_queries(9):
        get(client_alice, address(small))
    with django_assert_num_queries(9):
        get(client_alice, address(large))


def test_it_offers_the_rows_that_were_left_out(client_alice: Client, imported: Imported) -> None:
    page = get(client_alice, address(imported(b"q,a\n1,2\n3,4,5\n")))

    assert "1 row left out of shop.csv" in page


def test_cells_are_shown_as_text(client_alice: Client, imported: Imported) -> None:
    page = get(client_alice, address(imported(b"q,a\n<script>alert(1)</script>,{{ x }}\n")))

    assert "&lt;script&gt;alert(1)" in page
    assert "{{ x }}" in page


def test_it_says_that_a_file_is_on_its_way(client_alice: Client, imported: Imported) -> None:
    playground = imported()
    upload = Upload.objects.get()
    Upload.objects.create(
        workspace=upload.workspace,
        into=playground,
        file_name="more.csv",
        stored_name="x",
        size=1,
        state=Upload.State.IMPORTING,
    )

    assert "more.csv is being imported" in get(client_alice, address(playground))


def test_pages_say_their_place_in_either_direction(
    client_alice: Client, imported: Imported
) -> None:
    playground = imported(many(120))

    middle = get(client_alice, address(playground, "?before=51"))
    found = get(client_alice, address(playground, "?q=T1&after=1&before=101"))

    assert (shown(middle)[0], "1–50 of 120" in middle) == ("Question 0?", True)
    assert (len(shown(found)), "1–33 of 40" in found) == (33, True)


def test_charlie_gets_404(client_charlie: Client, imported: Imported) -> None:
    assert client_charlie.get(address(imported())).status_code == 404
