"""From a file to rows, through the pages."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from playground.models import Column, Playground, Row, Upload
from playground.services import uploads
from tests.playground.conftest import SHOP, Bring, mapping


def cells(playground: Playground) -> list[dict[str, str]]:
    names = {str(column.pk): column.name for column in playground.columns.all()}
    rows = Row.objects.filter(playground_id=playground.pk).order_by("position")
    return [{names[key]: text for key, text in row.cells.items()} for row in rows]


def test_it_takes_a_file_to_the_check_and_stores_no_row(client_alice: Client, bring: Bring) -> None:
    upload = bring()

    page = client_alice.get(reverse("import-check", args=[upload.pk]))

    assert upload.state == Upload.State.CHECKED
    assert "Import 2 rows" in page.content.decode()
    assert not Row.objects.exists()


def test_it_guesses_types_and_roles(bring: Bring) -> None:
    columns = bring().report["columns"]

    assert [(column["name"], column["role"]) for column in columns] == [
        ("id", "row_id"),
        ("question", "input"),
        ("expected answer", "expected"),
        ("context", "context"),
        ("topic", "filter"),
    ]


def test_it_imports_the_rows_and_goes_on_to_the_setup(client_alice: Client, bring: Bring) -> None:
    upload = bring()

    client_alice.post(reverse("import-start", args=[upload.pk]), mapping(upload))
    uploads.run_import(upload.pk)
    page = client_alice.get(reverse("import-check", args=[upload.pk]))

    playground = Playground.objects.get()
    assert page.headers["Location"] == reverse("setup", args=[playground.pk])
    assert cells(playground)[1]["expected answer"] == "Yes, by post"
    assert playground.versions.get().row_count == 2


def test_a_first_import_arrives_with_a_suggested_setup(client_alice: Client, bring: Bring) -> None:
    upload = bring()
    client_alice.post(reverse("import-start", args=[upload.pk]), mapping(upload))
    uploads.run_import(upload.pk)
    playground = Playground.objects.get()

    setup = client_alice.get(reverse("setup", args=[playground.pk])).content.decode()

    assert [variant.name for variant in playground.variants.all()] == [
        "Closed book",
        "With context",
    ]
    assert "Run 4 answers" in setup
    assert "disabled" not in setup.split("Run 4 answers")[0].rsplit("<button", 1)[1]
    assert "Suggested from your columns" in setup


def test_an_import_that_asks_for_no_suggestions_brings_rows_only(
    imported: Callable[..., Playground],
) -> None:
    playground = imported()

    assert not playground.variants.exists()
    assert not playground.setup_kpis.exists()


def test_it_keeps_names_types_and_roles_that_were_set(client_alice: Client, bring: Bring) -> None:
    upload = bring()
    posted = mapping(upload, **{"name": "Gifts", "c3-role": "left_out", "c4-name": "subject"})

    client_alice.post(reverse("import-start", args=[upload.pk]), posted)
    uploads.run_import(upload.pk)

    playground = Playground.objects.get()
    names = [column.name for column in playground.columns.all()]
    assert playground.name == "Gifts"
    assert names == ["id", "question", "expected answer", "subject"]
    assert set(cells(playground)[0]) == set(names)


def test_a_double_click_on_import_makes_one_playground(client_alice: Client, bring: Bring) -> None:
    upload = bring()

    for _click in range(2):
        client_alice.post(reverse("import-start", args=[upload.pk]), mapping(upload))

    assert Playground.objects.count() == 1
    assert uploads.start_import(upload, name="Again") == Playground.objects.get()


def test_it_says_what_is_wrong_with_the_columns_and_keeps_what_was_typed(
    client_alice: Client, bring: Bring
) -> None:
    upload = bring()
    posted = mapping(upload, **{"c1-role": "filter", "c2-name": "the answer"})

    page = client_alice.post(reverse("import-start", args=[upload.pk]), posted)

    assert page.status_code == 422
    assert "No column is used as Input." in page.content.decode()
    assert 'value="the answer"' in page.content.decode()
    assert not Playground.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"c2-name": "QUESTION"}, "Two columns are called"),
        ({"c1-role": "row_id", "c2-role": "input"}, "2 columns are used as Row id"),
        ({"c2-name": ""}, "Name it, or leave it out."),
        ({"name": ""}, "This field is required."),
        ({"c1-role": "wizard"}, "Select a valid choice."),
    ],
)
def test_it_refuses_columns_that_do_not_go_together(
    client_alice: Client, bring: Bring, changes: dict[str, str], words: str
) -> None:
    upload = bring()

    page = client_alice.post(reverse("import-start", args=[upload.pk]), mapping(upload, **changes))

    assert page.status_code == 422
    assert words in page.content.decode()


def test_another_delimiter_has_the_file_read_again(client_alice: Client, bring: Bring) -> None:
    upload = bring(b"question;answer\na,b;c\n", "two.csv")
    dialect = {"encoding": "utf-8", "delimiter": "comma", "has_header": "yes"}

    client_alice.post(reverse("import-choose", args=[upload.pk]), dialect)
    uploads.check(upload.pk)

    upload.refresh_from_db()
    assert upload.state == Upload.State.REFUSED
    assert "Line 2" in upload.error


def test_the_page_names_what_was_detected_and_lets_it_be_detected_again(
    client_alice: Client, bring: Bring
) -> None:
    upload = bring(b"\xef\xbb\xbfq;a\n1;2\n")

    page = client_alice.get(reverse("import-check", args=[upload.pk])).content.decode()

    encoding = re.search(r'<select name="encoding".*?</select>', page, re.DOTALL)
    assert encoding is not None
    assert '<option value="utf-8" selected>UTF-8 with BOM</option>' in encoding[0]
    assert '<option value="">Detect</option>' in encoding[0]
    assert "required" not in encoding[0]


def test_without_a_header_the_first_line_is_a_row(client_alice: Client, bring: Bring) -> None:
    upload = bring(b"What is 2+2?,4\nCapital of France?,Paris\n", "bare.csv")
    dialect = {"encoding": "", "delimiter": "", "has_header": "no"}

    client_alice.post(reverse("import-choose", args=[upload.pk]), dialect)
    uploads.check(upload.pk)

    upload.refresh_from_db()
    assert upload.report["row_count"] == 2
    assert [column["name"] for column in upload.report["columns"]] == ["column 1", "column 2"]


def test_cancel_leaves_nothing_behind(
    client_alice: Client, bring: Bring, data_folder: Path
) -> None:
    upload = bring()
    uploads.start_import(upload, name="Shop")

    client_alice.post(reverse("import-cancel", args=[upload.pk]))
    uploads.run_import(upload.pk)
    page = client_alice.get(reverse("import-check", args=[upload.pk]))

    assert "was cancelled" in page.content.decode()
    assert not Playground.objects.exists()
    assert not Row.objects.exists()
    assert list((data_folder / "uploads").iterdir()) == []


def test_an_imported_file_cannot_be_cancelled(
    client_alice: Client, imported: Callable[..., Playground]
) -> None:
    imported()
    upload = Upload.objects.get()

    page = client_alice.post(reverse("import-cancel", args=[upload.pk]))

    assert page.status_code == 409
    assert Row.objects.count() == 2


def test_the_status_polls_while_it_reads_and_stops_by_itself(
    client_alice: Client, bring: Bring
) -> None:
    upload = bring()
    address = reverse("import-status", args=[upload.pk])
    uploads.start_import(upload, name="Shop")

    during = client_alice.get(address, headers={"HX-Request": "true"})
    uploads.run_import(upload.pk)
    after = client_alice.get(address, headers={"HX-Request": "true"})

    assert "Storing rows, 0%" in during.content.decode()
    assert 'hx-trigger="every 1s"' in during.content.decode()
    assert (after.status_code, after.headers["HX-Redirect"]) == (
        286,
        reverse("import-check", args=[upload.pk]),
    )


def test_the_stored_file_is_ours_alone_and_gone_after_the_import(
    bring: Bring, data_folder: Path
) -> None:
    upload = bring()
    stored = data_folder / "uploads" / upload.stored_name

    mode = stored.stat().st_mode & 0o777
    uploads.start_import(upload, name="Shop")
    uploads.run_import(upload.pk)

    assert mode == 0o600
    assert not stored.exists()


def test_it_names_the_playground_after_the_file(bring: Bring) -> None:
    assert bring(SHOP, "support_tickets_q3.csv").choices["name"] == "Support tickets q3"


def test_500_columns_can_be_mapped_and_imported(client_alice: Client, bring: Bring) -> None:
    names = ",".join(f"column {number}" for number in range(500))
    upload = bring(f"{names}\n{names}\n".encode(), "wide.csv")

    client_alice.post(reverse("import-start", args=[upload.pk]), mapping(upload))
    uploads.run_import(upload.pk)

    assert Column.objects.count() == 500


def test_charlie_sees_nothing_of_it(client_charlie: Client, bring: Bring) -> None:
    upload = bring()

    for name in ("import-check", "import-status", "import-refused"):
        assert client_charlie.get(reverse(name, args=[upload.pk])).status_code == 404
    for name in ("import-choose", "import-start", "import-cancel"):
        assert client_charlie.post(reverse(name, args=[upload.pk])).status_code == 404
    assert upload.state == Upload.State.CHECKED
