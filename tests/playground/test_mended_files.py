"""What a person does about an awkward file: other rows and sheets, and rows that come back."""

import csv
import io

import openpyxl
from django.test import Client
from django.urls import reverse

from playground.services import uploads
from tests.playground.conftest import Bring


def test_a_title_above_the_names_of_a_sheet_is_left_out_by_choosing_their_row(
    client_alice: Client, bring: Bring
) -> None:
    upload = bring(titled(), "report.xlsx")
    page = client_alice.get(reverse("import-check", args=[upload.pk])).content.decode()
    choice = {"sheet": "Report", "has_header": "4"}
    client_alice.post(reverse("import-choose", args=[upload.pk]), choice)
    uploads.check(upload.pk)
    upload.refresh_from_db()

    assert "Row 4: none of the 2 rows fits the header: more cells than the header row." in page
    assert "under Header, or another sheet: “Data”." in page
    assert '<option value="10">Row 10</option>' in page
    assert [column["name"] for column in upload.report["columns"]] == ["question", "answer"]
    assert upload.report["refused_count"] == 0


def titled() -> bytes:
    """A workbook whose first sheet has a title block, and whose second one has none."""
    book = openpyxl.Workbook()
    sheet = book["Sheet"]
    sheet.title = "Report"
    for row in (["Sales"], [], [], ["question", "answer"], ["Is it?", "Yes"]):
        sheet.append(row)
    book.create_sheet("Data").append(["question"])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_an_empty_first_sheet_names_the_others(client_alice: Client, bring: Bring) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("Data").append(["question"])
    target = io.BytesIO()
    book.save(target)

    upload = bring(target.getvalue(), "empty first.xlsx")

    assert (upload.error, upload.hint) == (
        "The sheet “Sheet” is empty.",
        "Choose another sheet: “Data”.",
    )


def test_the_items_of_a_list_on_one_line_are_told_apart(client_alice: Client, bring: Bring) -> None:
    upload = bring(b'[{"q": "a", "q": "b"}, {"q": "Why?"}, {"q": "How?"}, {"q": "Why?"}]', "a.json")

    address = reverse("import-check", args=[upload.pk])
    page = client_alice.get(address, {"rows": "problems"}).content.decode()

    assert '<th class="num" scope="col">Item</th>' in page
    assert "Item 1." in page
    assert "Item 4 repeats item 2." in page


def test_merged_cells_below_the_header_are_counted(bring: Bring) -> None:
    book = openpyxl.Workbook()
    sheet = book["Sheet"]
    for row in (["question", "topic", ""], ["Is it?", "a"], ["Why?"], ["How?", "b"]):
        sheet.append(row)
    for area in ("B1:C1", "B2:B3", "A4:B4"):
        sheet.merge_cells(area)
    target = io.BytesIO()
    book.save(target)

    upload = bring(target.getvalue(), "merged.xlsx")

    (found,) = [f for f in upload.report["findings"] if f["kind"] == "merged_cells"]
    assert found["title"] == "2 merged cells"
    assert "Only the first cell of each has the text" in found["detail"]
    assert upload.report["setup"] == {}


def test_rows_that_were_given_back_come_again_without_their_line_and_problem(
    client_alice: Client, bring: Bring
) -> None:
    upload = bring(b"note,=sum\nIs it so?,2\nIs it not?,4,5\nWhy?,7\n")
    given_back = client_alice.get(reverse("import-refused", args=[upload.pk])).getvalue()

    mended = bring(given_back.replace(b",5\r\n", b",\r\n"), "mended.csv")

    assert given_back.splitlines()[0] == b"line,problem,note,' =sum,extra 1"
    columns = mended.report["columns"]
    assert [column["name"] for column in columns if column["role"] != "left_out"] == [
        "note",
        "=sum",
    ]
    assert mended.report["row_count"] == 1


def test_a_quote_is_closed_in_the_file_that_was_given_back_and_brought_into_the_playground(
    client_alice: Client, bring: Bring
) -> None:
    upload = bring(b'question,answer\nIs it so?,2\n"Why?,7\n')
    playground = uploads.start_import(upload, name="Quotes")
    uploads.run_import(upload.pk)
    given_back = client_alice.get(reverse("import-refused", args=[upload.pk])).getvalue()
    (row,) = list(csv.reader(io.StringIO(given_back.decode())))[1:]
    mended = [f"{row[0]},{row[1]},Why?,7".encode(), b""]

    again = uploads.receive(
        workspace=upload.workspace,
        user=None,
        file_name="mended.csv",
        chunks=[b"\n".join([given_back.splitlines()[0], *mended])],
        into=playground,
        mode="add",
    )
    uploads.check(again.pk)
    again.refresh_from_db()

    assert row[1].startswith("a quote is opened and never closed: the rest of the file is in")
    assert row[2] == "Why?,7\n"
    assert again.report["diff"]["added"] == 1
    roles = {column["name"]: column["role"] for column in again.report["columns"]}
    assert roles["line"] == roles["problem"] == "left_out"


def test_a_file_with_a_line_and_a_problem_of_its_own_keeps_them(
    client_alice: Client, bring: Bring
) -> None:
    upload = bring(b"line,problem\nmetro,What is 1+1?\nbus,What is 2+2?,4\n")
    given_back = client_alice.get(reverse("import-refused", args=[upload.pk])).getvalue()
    mended = bring(given_back.replace(b",4\r\n", b",\r\n"), "mended.csv")

    assert "left_out" not in [column["role"] for column in upload.report["columns"]]
    columns = mended.report["columns"]
    assert [column["name"] for column in columns if column["role"] != "left_out"] == [
        "line",
        "problem",
    ]
