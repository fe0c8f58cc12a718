"""Awkward files through the real form: each ends in rows or in words, never in a 500."""

import csv
import io
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings

from accounts.models import Workspace
from config.limits import UploadLimits
from playground.domain import dialects
from playground.domain.dialects import Chosen
from playground.domain.refusals import FileRefused
from playground.domain.tabular import Table
from playground.models import Row, Upload
from playground.services import uploads
from tests.playground.conftest import Bring

PLAIN = "question,answer\nWhat is 2+2?,4\nCapital of France?,Paris\n"

# name, content, encoding, delimiter, repairs, {(row, column): text}
ACCEPTED: list[tuple[Any, ...]] = [
    ("plain", PLAIN.encode(), "utf-8", ",", [], {(1, 1): "Paris"}),
    ("crlf", PLAIN.replace("\n", "\r\n").encode(), "utf-8", ",", [], {(1, 1): "Paris"}),
    ("old mac", PLAIN.replace("\n", "\r").encode(), "utf-8", ",", [], {(1, 1): "Paris"}),
    ("no last newline", PLAIN.rstrip().encode(), "utf-8", ",", [], {(1, 1): "Paris"}),
    ("bom", PLAIN.encode("utf-8-sig"), "utf-8", ",", ["bom_removed"], {(0, 0): "What is 2+2?"}),
    ("utf-16", PLAIN.encode("utf-16"), "utf-16-le", ",", ["decoded_utf16"], {(1, 1): "Paris"}),
    ("utf-16 bare", PLAIN.encode("utf-16-be"), "utf-16-be", ",", ["decoded_utf16"], {(0, 1): "4"}),
    (
        *("cp1252", "question,answer\ncafé?,“quoted” € 5\n".encode("cp1252")),
        *("cp1252", ",", ["decoded_cp1252"], {(0, 0): "café?", (0, 1): "“quoted” € 5"}),
    ),
    (
        *("cp1251", "вопрос;ответ\nКак вернуть ботинки?;Можно вернуть\n".encode("cp1251")),
        *("cp1251", ";", ["decoded_cp1251"], {(0, 1): "Можно вернуть"}),
    ),
    (
        *("semicolon", b"question;answer\nWhat is 2+2, please?;4\nPrice?;1,5\n"),
        *("utf-8", ";", ["delimiter_semicolon"], {(0, 0): "What is 2+2, please?", (1, 1): "1,5"}),
    ),
    ("tab", b"question\tanswer\na, b\tc\n", "utf-8", "\t", ["delimiter_tab"], {(0, 0): "a, b"}),
    ("pipe", b"question|answer\na, b|c\n", "utf-8", "|", ["delimiter_pipe"], {(0, 1): "c"}),
    ("sep line", b"sep=;\nq;a\n1;2\n", "utf-8", ";", ["sep_line_removed"], {(0, 1): "2"}),
    (
        *("one column", b"question\nWell, what is it?\nAnd, again, this?\n"),
        *("utf-8", "\x1f", ["delimiter_none"], {(0, 0): "Well, what is it?"}),
    ),
    (
        *("newlines", b'q,a\n"line 1\nline 2\n\nline 4","a, ""b"""\n'),
        *("utf-8", ",", [], {(0, 0): "line 1\nline 2\n\nline 4", (0, 1): 'a, "b"'}),
    ),
    (
        *("na words", b"q,a\nNA,null\nNaN,007\nN/A,12345678901234567890123\n,\n"),
        *("utf-8", ",", ["blank_rows_dropped"], {(0, 0): "NA", (0, 1): "null", (1, 1): "007"}),
    ),
    ("formulas", b"q,a\n=1+1,@SUM(A1)\n", "utf-8", ",", [], {(0, 0): "=1+1", (0, 1): "@SUM(A1)"}),
    ("short", b"a,b,c\n1,2,3\n4\n", "utf-8", ",", ["short_rows_padded"], {(1, 0): "4", (1, 2): ""}),
    ("nul", b"q,a\na\x00b,c\n", "utf-8", ",", ["nul_removed"], {(0, 0): "ab"}),
    ("blank lines", b"\n\nq,a\n\nx,y\n\n", "utf-8", ",", ["blank_rows_dropped"], {(0, 0): "x"}),
    (
        *("spaces", b'q,a\n"a", "b, c"\n'),
        *("utf-8", ",", ["space_before_quote_ignored"], {(0, 1): "b, c"}),
    ),
    ("braces", b"q,a\n{{ settings.KEY }} {% debug %},x\n", "utf-8", ",", [], {(0, 1): "x"}),
]
# Refused as they come in: name, content, words of the message
NO_TABLES = [
    ("empty.csv", b"", "is empty"),
    ("picture.csv", b"\x89PNG\r\n\x1a\n\x00\x00", "PNG picture"),
    ("paper.csv", b"%PDF-1.7\n1 0 obj", "PDF document"),
    ("book.csv", b"PK\x03\x04 xl/workbook.xml", "Excel workbook"),
    ("packed.csv", b"\x1f\x8b\x08\x00", "gzip archive"),
    ("tool.csv", b"MZ\x90\x00\x03", "Windows program"),
    ("page.csv", b"<!DOCTYPE html><html>", "web page"),
    ("rows.csv", b'{"question": "a"}\n{"question": "b"}\n', "JSON"),
    ("list.csv", b'[\n {"question": "a"}]', "JSON"),
]
# Refused by the check: name, content, class of the refusal, words of the message
UNREADABLE = [
    ("bom.csv", b"\xef\xbb\xbf", "empty_file", "no text in it"),
    ("blank.csv", b"\n \n\n", "empty_file", "no text in it"),
    ("header.csv", b"question,answer\n", "no_rows", "no rows"),
    ("nul.csv", b"\x00" * 64, "not_text", "full of zeros"),
    ("broken.csv", b"q,a\n\xc0\xaf,\xed\xa0\x80\x81\n", "undecodable_text", "Line 2"),
    ("damaged.csv", "q,a\nä ö ü,é\nß,".encode() + b"\xff\n", "undecodable_text", "Line 3"),
    ("wide.csv", PLAIN.encode("utf-32"), "unsupported_encoding", "UTF-32"),
    ("many.csv", (",".join("c" * 501) + "\n1\n").encode(), "too_many_columns", "501 columns"),
    ("commas.csv", b"," * 1_000_000 + b"\n1\n", "too_many_columns", " columns, the limit is 500"),
    ("ragged.csv", b"q,a\n1,2,3\n4,5,6\n", "ragged_rows", "none of the 2 rows"),
    ("long.csv", b"q,a\n1," + b"x" * 1_000_001, "cell_too_long", "Line 2"),
    ("open.csv", b'q,a\n1,2\n3,"' + b"x,y\n" * 300_000, "cell_too_long", "Line 3"),
]
NAMES = [
    ("book.xlsx", "Excel workbook"),
    ("table.parquet", "Parquet"),
    ("old.xls", "old Excel workbook"),
    ("tool.csv.exe", "ends in .exe"),
    ("nothing", "has no ending"),
]


@pytest.mark.parametrize(
    ("content", "encoding", "delimiter", "repairs", "probes"),
    [row[1:] for row in ACCEPTED],
    ids=[str(row[0]) for row in ACCEPTED],
)
def test_it_reads_awkward_files_as_they_are_meant(
    imported: Callable[..., object],
    content: bytes,
    encoding: str,
    delimiter: str,
    repairs: list[str],
    probes: dict[tuple[int, int], str],
) -> None:
    imported(content)

    upload = Upload.objects.get()
    stored = [list(row.cells.values()) for row in Row.objects.order_by("position")]
    dialect = upload.report["reading"]["dialect"]
    assert (dialect["encoding"], dialect["delimiter"]) == (encoding, delimiter)
    assert set(repairs) <= set(upload.report["repairs"])
    assert {place: stored[place[0]][place[1]] for place in probes} == probes


@pytest.mark.parametrize(
    ("name", "content", "kind", "words"), UNREADABLE, ids=[str(row[0]) for row in UNREADABLE]
)
def test_it_says_why_a_file_cannot_be_read(
    client_alice: Client, bring: Bring, name: str, content: bytes, kind: str, words: str
) -> None:
    upload = bring(content, name)

    page = client_alice.get(reverse("import-check", args=[upload.pk])).content.decode()

    assert upload.state == Upload.State.REFUSED
    assert (upload.report["error_kind"], words in upload.error) == (kind, True)
    assert upload.hint
    assert words in page


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [*NO_TABLES, *((name, PLAIN.encode(), words) for name, words in NAMES)],
    ids=[str(row[0]) for row in [*NO_TABLES, *NAMES]],
)
def test_it_refuses_what_is_no_table_and_stores_nothing(
    client_alice: Client, data_folder: Path, name: str, content: bytes, words: str
) -> None:
    posted = {"file": SimpleUploadedFile(name, content)}

    page = client_alice.post(reverse("playground-new"), posted)

    assert page.status_code == 422
    assert words in page.content.decode()
    assert not Upload.objects.exists()
    assert not list(data_folder.glob("uploads/*"))


def test_a_refused_file_shows_what_could_be_read(client_alice: Client, bring: Bring) -> None:
    upload = bring(b"question,answer\nfirst,row\nsecond," + b"x" * 1_000_001)

    page = client_alice.get(reverse("import-check", args=[upload.pk])).content.decode()

    assert "What could be read" in page
    assert "first" in page
    assert "second,xxxx" in page


def test_ragged_rows_are_named_left_out_and_given_back(client_alice: Client, bring: Bring) -> None:
    upload = bring(b'q,a\n1,2\n3,4,5\n6,7\n=8,9,"x,y"\n')

    page = client_alice.get(reverse("import-check", args=[upload.pk])).content.decode()
    given_back = client_alice.get(reverse("import-refused", args=[upload.pk]))

    assert upload.report["row_count"] == 2
    assert "2 rows have more cells than the header" in page
    assert "Lines 3 and 5." in page
    assert given_back.getvalue().decode().splitlines() == [
        "line,problem,q,a,extra 1",
        "3,more cells than the header,3,4,5",
        '5,more cells than the header,\' =8,9,"x,y"',
    ]


def test_a_quote_that_is_never_closed_is_named_and_not_read_as_a_row(bring: Bring) -> None:
    upload = bring(b'q,a\n1,2\n3,"4\n5,6\n7,8\n')

    found = upload.report["findings"]
    assert (upload.report["row_count"], upload.report["refused_count"]) == (1, 1)
    assert found[0]["title"] == "A quote is opened and never closed"
    assert found[0]["lines"] == [3]


def test_line_numbers_count_the_lines_inside_cells(bring: Bring) -> None:
    upload = bring(b'q,a\n"x\ny\nz",1\n2,3,4\n')

    assert upload.report["findings"][0]["lines"] == [5]


def test_it_says_which_rows_are_odd(bring: Bring) -> None:
    upload = bring("id,question\nT-1,a\nT-2,\nT-3,a\nT-4,Ã¼ber\nT-5,=b\n".encode())

    assert {finding["kind"]: finding["lines"] for finding in upload.report["findings"]} == {
        "no_input": [3],
        "repeated_input": [4],
        "broken": [5],
        "formula": [6],
    }


@pytest.mark.parametrize(
    ("file", "title"),
    [
        ("id,question\n1,a\n2,b\n3,a\n", "1 row repeats an earlier “question”"),
        ("Frage,Thema\na,x\na,y\na,z\n", "2 rows repeat the same “Frage”"),
        (
            "instruction,input,topic\nsum up,a,x\nsum up,b,x\nsum up,a,y\n",
            "1 row repeats an earlier “instruction” and “input”",
        ),
    ],
)
def test_it_says_which_inputs_are_repeated_together(bring: Bring, file: str, title: str) -> None:
    found = {finding["kind"]: finding for finding in bring(file.encode()).report["findings"]}

    assert found["repeated_input"]["title"] == title


def test_one_of_several_inputs_may_repeat(bring: Bring) -> None:
    upload = bring(b"instruction,input\nsum up,a\nsum up,b\nsum up,c\n")

    assert upload.report["findings"] == []


def test_it_names_the_id_that_is_repeated(bring: Bring) -> None:
    rows = "".join(f"{n},q{n}\n" for n in range(100)) + "7,another\n"
    (finding,) = bring(f"Nr,Frage\n{rows}".encode()).report["findings"]

    assert finding["title"] == "1 row repeats an earlier “Nr”"
    assert finding["lines"] == [102]


def test_header_names_are_made_usable_and_the_originals_kept(bring: Bring) -> None:
    columns = bring(b"Q,q, Q ,,\n1,2,3,4,\n").report["columns"]

    assert [column["name"] for column in columns] == ["Q", "q_2", "Q_3", "column 4", "column 5"]
    assert [column["original"] for column in columns] == ["Q", "q", " Q ", "", ""]
    assert columns[4]["role"] == "left_out"


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../../../etc/cron.d/x.csv", "x.csv"),
        ("C:\\fakepath\\déjà \u202egnp.csv", "déjà gnp.csv"),
        ('"><img src=x onerror=alert(1)>.csv', "___img src=x onerror=alert(1)_.csv"),
        ("a" * 400 + ".csv", "a" * 251 + ".csv"),
    ],
)
def test_it_keeps_no_path_and_shows_the_name_escaped(
    client_alice: Client, workspace: Workspace, sent: str, shown: str
) -> None:
    upload = uploads.receive(
        workspace=workspace, user=None, file_name=sent, chunks=[PLAIN.encode()]
    )

    page = client_alice.get(reverse("import-check", args=[upload.pk])).content.decode()

    assert upload.file_name == shown
    assert "<img" not in page
    assert "/" not in upload.stored_name


def test_a_file_over_the_limit_is_refused_while_it_streams(
    client_alice: Client, settings: Settings, data_folder: Path
) -> None:
    settings.UPLOAD_LIMITS = UploadLimits(bytes=1000)

    page = client_alice.post(
        reverse("playground-new"), {"file": SimpleUploadedFile("big.csv", b"a,b\n" * 100_000)}
    )

    assert page.status_code == 422
    assert "larger than" in page.content.decode()
    assert not list(data_folder.glob("uploads/*"))


def test_a_stream_without_end_is_not_read_to_its_end(
    workspace: Workspace, settings: Settings
) -> None:
    settings.UPLOAD_LIMITS = UploadLimits(bytes=1000)
    endless = itertools.repeat(b"a,b\n" * 10)

    with pytest.raises(FileRefused, match="larger"):
        uploads.receive(workspace=workspace, user=None, file_name="x.csv", chunks=endless)


def test_too_many_rows_are_refused_with_the_line(bring: Bring, settings: Settings) -> None:
    settings.UPLOAD_LIMITS = UploadLimits(rows=3)

    assert bring(b"q\n1\n2\n3\n4\n").error == "Line 5: the file has more than 3 rows."


def test_a_cell_at_the_limit_is_taken(bring: Bring) -> None:
    assert bring(b"q,a\n1," + b"x" * 1_000_000).state == Upload.State.CHECKED


def test_without_a_file_it_says_what_to_do(client_alice: Client) -> None:
    page = client_alice.post(reverse("playground-new"))

    assert page.status_code == 422
    assert "No file was chosen." in page.content.decode()


def test_with_htmx_it_goes_to_the_check_or_shows_a_notice(client_alice: Client) -> None:
    address, htmx = reverse("playground-new"), {"HX-Request": "true"}
    good = {"file": SimpleUploadedFile("a.csv", PLAIN.encode())}
    bad = {"file": SimpleUploadedFile("a.png", b"x")}

    taken = client_alice.post(address, good, headers=htmx)
    refused = client_alice.post(address, bad, headers=htmx)

    assert taken.headers["HX-Redirect"] == reverse("import-check", args=[Upload.objects.get().pk])
    assert refused.headers["HX-Retarget"] == "#notices"


def test_an_encoding_that_is_not_offered_is_refused(client_alice: Client, bring: Bring) -> None:
    upload = bring()
    dialect = {"encoding": "rot13", "delimiter": "", "has_header": "yes"}

    page = client_alice.post(reverse("import-choose", args=[upload.pk]), dialect)

    assert page.status_code == 422


TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30
) | st.sampled_from(["=1+1", "NA", "007", "12345678901234567890123", "a\r\nb", '"', " x ", "שלום"])


@hypothesis_settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=5))
def test_the_worst_texts_come_back_as_they_were(rows: list[tuple[str, str, str]]) -> None:
    written = io.StringIO(newline="")
    csv.writer(written).writerows([("question", "answer", "context"), *rows])
    handle = io.BytesIO(written.getvalue().encode())
    dialect = dialects.find(
        handle, file_name="x.csv", chosen=Chosen(delimiter=","), limits=UploadLimits()
    ).dialect

    read = [record.cells for record in Table(handle, dialect, UploadLimits()).records()]

    assert [tuple(cells) for cells in read if any(cells)] == [row for row in rows if any(row)]
