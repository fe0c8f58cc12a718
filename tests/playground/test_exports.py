"""Rows out as a file, and in again: no text changes on the way."""

import asyncio
import csv
import io
import json
import zipfile
from collections.abc import AsyncIterator, Sequence
from urllib.parse import quote

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import StreamingHttpResponse
from django.test import AsyncClient, Client
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.models import User, Workspace
from playground import queries
from playground.models import Playground, Upload
from playground.services import editing, exports, uploads
from playground.services.rows import ColumnDraft, create_playground

FORMATS = ("csv", "xlsx", "jsonl")
WORST = [
    "=1+1",
    "' =1+1",
    "' ' =1+1",
    "'=1",
    "-2.5",
    "-a",
    "+49 30 1234",
    "@SUM(A1)",
    "＝1",
    "|x",
    "\ttab first",
    "a\tb",
    "line\nbreak",
    "line\r\nbreak",
    "line\rbreak",
    "\nfirst",
    "last\n",
    "\r\n",
    " both sides ",
    "\u00a0hard\u00a0",
    'say "hi"',
    '"',
    '""',
    "a,b;c|d",
    "007",
    "12345678901234567890123",
    "1e5",
    "NA",
    "null",
    "None",
    "NaN",
    "TRUE",
    "#REF!",
    "2024-01-02",
    "1/2",
    "🥾 名前 größe",
    "e\u0301",
    "\u202eright to left\u202c",
    "zero\u200bwidth\u200d\ufeff",
    "\ufeffmark first",
    "_x0041_",
    "_x000D_",
    "_x0041_x0042_",
    "_x0041\x01",
    "{{x}}",
    "<r>no <b>markup</b></r>",
    "&amp;<![CDATA[x]]>",
    '{"a": [1, "b"]}',
    "[1]",
    "# comment",
    "sep=;",
    "\u2028line\u2029\x85\x0b\x0c",
    "\x01\x1f\x7f\x9f",
    "\ufffe\uffff",
    "x" * 32_000,
]
# What can be stored: no NUL, no lone surrogate.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
CELLS = st.sampled_from(WORST) | TEXTS | st.builds("".join, st.lists(st.sampled_from(WORST[:52])))


def made(
    workspace: Workspace, rows: Sequence[Sequence[str]], names: Sequence[str] = ("key", "a", "b")
) -> Playground:
    return create_playground(
        workspace=workspace,
        user=None,
        name='Größe & "quotes"\r\nX: y',
        question="",
        columns=[ColumnDraft(name=name) for name in names],
        rows=rows,
        source_name="made.csv",
    )


def texts_of(playground: Playground) -> list[dict[str, str]]:
    """The filled cells of each row, by the name of their column."""
    names = {str(column.pk): column.name for column in playground.columns.all()}
    rows = queries.rows_of(queries.current_version(playground))
    return [
        {names[key]: text for key, text in row.cells.items() if key in names and text}
        for row in rows
    ]


def exported(client: Client, playground: Playground, query: str) -> bytes:
    response = client.get(reverse("data-export", args=[playground.pk]) + query)
    assert response.status_code == 200
    assert isinstance(response, StreamingHttpResponse)
    return response.getvalue()


def brought(client: Client, content: bytes, name: str) -> Playground:
    """A new playground of the file, with its cells as they are: broken characters are left."""
    client.post(reverse("playground-new"), {"file": SimpleUploadedFile(name, content)})
    upload = Upload.objects.latest("id")
    uploads.check(upload.pk)
    upload.refresh_from_db()
    assert upload.state == Upload.State.CHECKED, upload.error
    upload.choices["fixes"] = {"broken": "leave"}
    upload.save(update_fields=["choices"])
    playground = uploads.start_import(upload, name="Again")
    uploads.run_import(upload.pk)
    return playground


@pytest.mark.parametrize("kind", FORMATS)
def test_the_worst_cells_come_back_as_they_were(
    client_alice: Client, workspace: Workspace, kind: str
) -> None:
    rows = [[f"T-{n}", cell, WORST[-n]] for n, cell in enumerate(WORST)]
    playground = made(workspace, rows)

    again = brought(
        client_alice, exported(client_alice, playground, f"?format={kind}"), f"x.{kind}"
    )

    assert texts_of(again) == texts_of(playground)


# The key keeps a row from being all blank: an import drops such a row by design.
@pytest.mark.parametrize("kind", FORMATS)
@hypothesis_settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8))
def test_any_cells_come_back_as_they_were(
    client_alice: Client, workspace: Workspace, kind: str, rows: list[tuple[str, str]]
) -> None:
    playground = made(workspace, [[f"T-{n}", *cells] for n, cells in enumerate(rows)])

    again = brought(
        client_alice, exported(client_alice, playground, f"?format={kind}"), f"x.{kind}"
    )

    assert texts_of(again) == texts_of(playground)


def test_a_cell_that_a_spreadsheet_would_run_is_guarded(
    client_alice: Client, workspace: Workspace
) -> None:
    playground = made(workspace, [["=1+1", "-2.5", "=HYPERLINK(0)"]], names=("=x", "a", "b"))

    text = exported(client_alice, playground, "").decode()
    assert text == '\ufeff"\' =x","a","b"\r\n"\' =1+1","-2.5","\' =HYPERLINK(0)"\r\n'
    assert list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))[1][1] == "-2.5"


def test_a_workbook_holds_texts_only(client_alice: Client, workspace: Workspace) -> None:
    playground = made(workspace, [["=1+1", "007", "<r><t>x</t></r>"]])

    content = exported(client_alice, playground, "?format=xlsx")

    sheet = openpyxl.load_workbook(io.BytesIO(content))["Rows"]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert [cell.value for cell in cells][3:] == ["' =1+1", "007", "<r><t>x</t></r>"]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def test_jsonl_has_an_object_of_texts_for_each_row(
    client_alice: Client, workspace: Workspace
) -> None:
    playground = made(workspace, [["=1", "", "ü\n"], ["2", "b", "c"]])

    lines = exported(client_alice, playground, "?format=jsonl").decode().split("\n")

    assert json.loads(lines[0]) == {"key": "=1", "a": "", "b": "ü\n"}
    assert (len(lines), lines[2]) == (3, "")


def test_it_exports_what_the_view_shows(client_alice: Client, workspace: Workspace) -> None:
    playground = made(workspace, [[f"T-{n}", "red" if n % 2 else "blue", ""] for n in range(9)])
    column = playground.columns.get(name="a")

    some = exported(client_alice, playground, f"?format=jsonl&f={quote(f'{column.pk}:is:red')}")
    found = exported(client_alice, playground, "?format=jsonl&q=T-8")

    assert [json.loads(line)["key"] for line in some.splitlines()] == ["T-1", "T-3", "T-5", "T-7"]
    assert [json.loads(line)["key"] for line in found.splitlines()] == ["T-8"]


def test_its_name_is_safe_in_a_header(client_alice: Client, workspace: Workspace) -> None:
    playground = made(workspace, [["a", "b", "c"]])

    response = client_alice.get(reverse("data-export", args=[playground.pk]) + "?format=xlsx")

    assert response["Content-Disposition"] == 'attachment; filename="groe-quotes-x-y-v1.xlsx"'


def test_what_excel_does_not_take_is_refused_before_anything_is_sent(
    client_alice: Client, workspace: Workspace
) -> None:
    # Each of these is two units of UTF-16, as Excel counts.
    playground = made(workspace, [["a", "ok", ""], ["b", "🥾" * 16_384, ""]])

    response = client_alice.get(reverse("data-export", args=[playground.pk]) + "?format=xlsx")

    assert response.status_code == 413
    page = response.content.decode()
    assert "a of row 2 has 32,768 characters; an Excel cell takes 32,767." in page
    assert "Export it as CSV or JSONL" in page
    assert "🥾" * 16_384 in exported(client_alice, playground, "?format=csv").decode()


def test_more_rows_than_a_sheet_has_are_refused(
    client_alice: Client, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MOST_SHEET_ROWS", 3)
    playground = made(workspace, [["a", "", ""], ["b", "", ""], ["c", "", ""]])

    response = client_alice.get(reverse("data-export", args=[playground.pk]) + "?format=xlsx")

    assert response.status_code == 413
    assert "These are 3 rows; an Excel sheet takes 2 under its header." in response.content.decode()


def test_an_unknown_format_is_refused(client_alice: Client, workspace: Workspace) -> None:
    playground = made(workspace, [["a", "b", "c"]])

    response = client_alice.get(reverse("data-export", args=[playground.pk]) + "?format=pdf")

    assert response.status_code == 422


def test_it_reads_a_portion_of_the_rows_at_a_time(
    client_alice: Client, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "_CHUNK", 3)
    playground = made(workspace, [[f"T-{n}", "", ""] for n in range(8)])
    columns = list(playground.columns.all())
    parts = exports.jsonl_parts(columns, queries.rows_of(queries.current_version(playground)))

    first = next(parts)
    gone = queries.current_version(playground).rows()[5].pk
    editing.delete_rows(playground, [gone])

    assert first.count(b"\n") == 3
    assert b"".join(parts).count(b"\n") == 4


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.django_db(transaction=True)
def test_it_streams_from_the_asgi_server(
    alice: User, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(exports, "_CHUNK", 3)
    playground = made(workspace, [[f"T-{n}", "", ""] for n in range(8)])

    async def parts() -> list[bytes]:
        client = AsyncClient()
        await client.aforce_login(alice)
        url = reverse("data-export", args=[playground.pk])
        response = await client.get(f"{url}?format={kind}")
        assert isinstance(response, StreamingHttpResponse)
        streamed = response.streaming_content
        assert isinstance(streamed, AsyncIterator)
        return [part async for part in streamed]

    assert len(asyncio.run(parts())) == {"csv": 4, "jsonl": 3, "xlsx": 1}[kind]
