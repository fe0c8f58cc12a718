"""The check of an import: problems with their fixes, the mapping to a template, the preview."""

import csv
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Workspace
from playground.models import Playground, Upload
from playground.services import uploads
from tests.playground.check_page import choose, found, page, shown, stored
from tests.playground.conftest import Bring
from tests.playground.workbook_files import written

ODD = (
    "id,question,answer,context,score\n"
    "1,Where?,Here,Somewhere,1\n"
    "2,,There,Somewhere,2\n"
    "3,When?,grÃ¶ÃŸer,,3\n"
    "1,Who?,You,Someone,4\n"
    "3,When?,grÃ¶ÃŸer,,3\n"
    '5,Why?,"\' =1+1",So,5\n'
    "6,What?,This,That,6,too much\n"
    "7,How?\n"
    "8,Which?,lost \ufffd,That,7\n"
    "9,Whose?,x,y,many\n"
).encode()


@pytest.fixture
def odd(client_alice: Client, bring: Bring) -> Upload:
    roles = {"c0-role": "row_id", "c4-role": "filter"}
    return choose(client_alice, bring(ODD, "odd.csv"), **roles)


def test_every_problem_has_its_fix_chosen_and_one_other(client_alice: Client, odd: Upload) -> None:
    words = page(client_alice, odd)

    offered = {
        kind: [(option["label"], option["is_chosen"]) for option in finding["options"]]
        for kind, finding in found(odd).items()
    }
    assert offered == {
        "long": [("Skip them", True), ("Join into the last column", False)],
        "short": [("Fill with empty cells", True), ("Skip them", False)],
        "broken": [("Repair", True), ("Leave", False)],
        "lost": [("Keep them", True), ("Skip them", False)],
        "no_input": [("Keep them", True), ("Skip them", False)],
        "no_context": [("Keep them", True), ("Skip them", False)],
        "repeated_row": [("Keep all", True), ("Skip the later ones", False)],
        "repeated_id": [("Keep all", True), ("Skip the later ones", False)],
        "guard": [("Take off", True), ("Leave", False)],
    }
    assert "“grÃ¶ÃŸer” was probably “größer”." in words
    assert words.count('aria-pressed="true"') == len(offered)
    assert "Import 9 rows" in words


# kind, option, the number of rows that would be stored, the reason in the file of the others
CHOICES = [
    ("long", "join", 10, ""),
    ("short", "skip", 8, "fewer cells than the header"),
    ("lost", "skip", 8, "characters were lost"),
    ("no_input", "skip", 8, "the input is empty"),
    ("no_context", "skip", 6, "no context"),
    ("repeated_row", "skip", 8, "the row came before"),
    ("repeated_id", "skip", 8, "the row id came before"),
    ("guard", "leave", 9, ""),
    ("broken", "leave", 9, ""),
]


@pytest.mark.parametrize(("kind", "option", "rows", "reason"), CHOICES)
def test_a_fix_changes_the_numbers_the_rows_and_the_file_of_those_left_out(
    client_alice: Client, odd: Upload, kind: str, option: str, rows: int, reason: str
) -> None:
    upload = choose(client_alice, odd, fix=f"{kind}:{option}")

    assert (upload.state, upload.report["row_count"]) == (Upload.State.CHECKED, rows)
    assert upload.report["refused_count"] == 10 - rows
    assert f"Import {rows} rows" in page(client_alice, upload)
    if upload.report["refused_count"]:
        given_back = client_alice.get(reverse("import-refused", args=[upload.pk])).getvalue()
        lines = list(csv.reader(io.StringIO(given_back.decode())))[1:]
        assert len(lines) == 10 - rows
        assert not reason or reason in {line[1] for line in lines}
    assert len(stored(client_alice, upload)) == rows


def test_what_the_preview_shows_is_what_is_stored(client_alice: Client, odd: Upload) -> None:
    preview = [row["cells"] for row in odd.report["first_rows"]]

    rows = stored(client_alice, odd)

    assert rows[: len(preview)] == preview
    assert rows[2] == ["3", "When?", "größer", "", "3"]
    assert rows[5] == ["5", "Why?", "=1+1", "So", "5"]
    assert rows[6] == ["7", "How?", "", "", ""]


def test_a_choice_can_be_taken_back_and_keeps_the_columns(
    client_alice: Client, odd: Upload
) -> None:
    upload = choose(client_alice, odd, **{"fix": "short:skip", "c2-name": "reply"})
    upload = choose(client_alice, upload, **{"fix": "short:pad", "c2-name": "reply"})

    assert upload.report["row_count"] == 9
    assert 'value="reply"' in page(client_alice, upload)
    assert 'value="reply"' not in page(client_alice, choose(client_alice, upload, again="1"))


@pytest.mark.parametrize(
    "posted",
    [
        {"fix": "long:explode"},
        {"fix": "wizard:skip"},
        {"set": "99:role:input"},
        {"set": "9" * 5_000 + ":role:input"},
        {"mode": "eat"},
    ],
)
def test_what_is_not_offered_is_refused(
    client_alice: Client, odd: Upload, posted: dict[str, str]
) -> None:
    answer = client_alice.post(reverse("import-choose", args=[odd.pk]), shown(odd) | posted)

    assert answer.status_code == 422


def test_a_typed_column_names_the_cells_that_do_not_fit(client_alice: Client, odd: Upload) -> None:
    upload = choose(client_alice, odd, **{"c4-type": "number"})

    assert found(upload)["wrong_type"]["title"] == "1 row does not fit the type of “score”"
    assert "“many” in “score” does not." in found(upload)["wrong_type"]["detail"]
    assert choose(client_alice, upload, fix="wrong_type:skip").report["row_count"] == 8


def test_problem_rows_can_be_shown_instead(client_alice: Client, odd: Upload) -> None:
    words = page(client_alice, odd, "?rows=problems")

    assert "more cells than the header" in words
    assert "Left out" in words
    assert "First 7 of 7 rows with something to check" in words
    assert f'>As stored <span class="ct">{odd.report["row_count"]}</span></a>' in words


def test_an_open_quote_may_be_read_as_a_character(client_alice: Client, bring: Bring) -> None:
    upload = bring(b'question,answer\nwhere,"5 in\nwhen,now\n')

    assert (upload.report["row_count"], upload.report["refused_count"]) == (0, 1) or (
        upload.state == Upload.State.REFUSED
    )
    client_alice.post(reverse("import-choose", args=[upload.pk]), {"fix": "unclosed:no_quotes"})
    upload.refresh_from_db()

    assert upload.report["row_count"] == 2
    assert upload.report["reading"]["dialect"]["quote"] == ""


def test_single_quotes_are_found_and_can_be_set(client_alice: Client, bring: Bring) -> None:
    upload = bring(b"question,answer\n'one, two','three, four'\nfive,six\n")
    assert stored(client_alice, upload)[0] == ["one, two", "three, four"]

    upload = bring(b"question,answer\n'one',two\n")
    assert upload.report["reading"]["dialect"]["quote"] == '"'
    reading = {"encoding": "", "delimiter": "", "quote": "single", "has_header": "yes"}
    client_alice.post(reverse("import-choose", args=[upload.pk]), reading)
    upload.refresh_from_db()
    assert upload.report["first_rows"][0]["cells"] == ["one", "two"]


TITLED = [["Support, third quarter", ""], ["", ""], ["question", "answer"], ["Where?", "Here"]]


@pytest.mark.parametrize("name", ["titled.csv", "titled.xlsx"])
def test_the_header_may_stand_below_titles(client_alice: Client, bring: Bring, name: str) -> None:
    content = b"Support; third quarter\n\nquestion,answer\nWhere?,Here\n"
    upload = bring(written(TITLED) if name.endswith("xlsx") else content, name)

    posted = {"encoding": "", "delimiter": "", "quote": "", "sheet": "", "has_header": "3"}
    client_alice.post(reverse("import-choose", args=[upload.pk]), posted)
    uploads.check(upload.pk)
    upload.refresh_from_db()

    columns = [column["name"] for column in upload.report["columns"]]
    assert (columns, upload.report["row_count"]) == (["question", "answer"], 1)
    assert "lines_before_header_dropped" in upload.report["repairs"]
    assert '<option value="3" selected>Row 3</option>' in page(client_alice, upload)
    assert stored(client_alice, upload) == [["Where?", "Here"]]


def test_columns_can_be_changed_where_they_are_odd(client_alice: Client, bring: Bring) -> None:
    rows = "".join(f"q{n},{n % 28 + 1}/{13 + n % 15}/2024,t{n},\n" for n in range(60))
    upload = bring(f"question,day,topic,empty\n{rows}x,25/12/2024,t0,\n".encode())

    assert {"date_orders", "many_categories", "empty_column"} <= set(found(upload))
    upload = choose(client_alice, upload, set="2:role:left_out")
    options = found(upload)["many_categories"]["options"]
    assert [option["is_chosen"] for option in options] == [False, True]
    assert [column["type"] for column in upload.report["columns"]][1] == "text"


def test_what_was_set_stays_when_the_file_is_read_another_way(
    client_alice: Client, bring: Bring
) -> None:
    content = "id,question,Straße,note\n1,Why?,Hauptstraße 1,x\n2,Who?,Ring 2,y\n".encode()
    upload = choose(client_alice, bring(content), set="3:role:left_out")
    upload = choose(client_alice, upload, **{"c2-role": "context", "c2-name": "street"})

    def read_as(**dialect: str) -> list[tuple[str, str]]:
        client_alice.post(reverse("import-choose", args=[upload.pk]), dialect)
        upload.refresh_from_db()
        return [(column.name, column.role) for column in uploads.planned_columns(upload)]

    set_roles = [("id", "row_id"), ("question", "input"), ("street", "context")]
    assert read_as(encoding="utf-8")[:3] == set_roles
    broken = read_as(encoding="cp1252")
    assert broken[2][0] not in {"street", "Straße"}
    assert broken[3] == ("note", "left_out")
    assert ("note", "left_out") not in read_as(encoding="utf-8", has_header="no")
    assert read_as(encoding="utf-8", has_header="yes") == [*set_roles, ("note", "left_out")]


def test_without_rows_there_is_nothing_to_import(client_alice: Client, bring: Bring) -> None:
    upload = bring(b"question,notes\nwhere,\nwhen,\n")

    posted = {"c1-role": "context", "fix": "no_context:skip"}
    words = page(client_alice, choose(client_alice, upload, **posted))

    assert 'class="btn primary" form="import-form"' not in words
    answer = client_alice.post(reverse("import-start", args=[upload.pk]), shown(upload))
    assert (answer.status_code, Playground.objects.exists()) == (422, False)
    assert "2 rows have no context" in words


def test_other_rows_than_shown_are_not_stored_unseen(client_alice: Client, odd: Upload) -> None:
    """Columns that are posted with the import itself, as without scripts."""
    choose(client_alice, odd, fix="wrong_type:skip")
    posted = shown(odd) | {"c4-type": "number"}

    answer = client_alice.post(reverse("import-start", args=[odd.pk]), posted, follow=True)

    assert "Look at them, then import." in answer.content.decode()
    assert "Import 8 rows" in answer.content.decode()
    assert not Playground.objects.exists()


def test_a_file_for_a_playground_says_what_changes(
    client_alice: Client, workspace: Workspace, bring: Bring
) -> None:
    stored(client_alice, bring(b"id,question\n1,a\n2,b\n3,c\n"))
    playground = Playground.objects.get()
    upload = uploads.receive(
        workspace=workspace,
        user=None,
        file_name="again.csv",
        chunks=[b"id,question\n1,a\n2,B\n4,d\n"],
        into=playground,
    )
    uploads.check(upload.pk)

    words = page(client_alice, upload)

    assert "Replace: 1 changed, 1 new, 1 removed" in words
    assert 'name="question"' not in words
    client_alice.post(reverse("import-choose", args=[upload.pk]), {"mode": "add"})
    assert "Add 3 rows" in page(client_alice, upload)


def test_an_upload_of_an_older_version_still_shows_and_imports(
    client_alice: Client, bring: Bring
) -> None:
    upload = bring(b"question\nwhere\n")
    report = upload.report
    old = {key: report[key] for key in ("encoding_label", "columns", "row_count", "refused_count")}
    old |= {
        "dialect": report["reading"]["dialect"],
        "repairs": [],
        "findings": [{"kind": "nul", "level": "info", "title": "One", "detail": "", "lines": []}],
        "first_rows": [{"line": 2, "cells": ["where"]}],
    }
    del old["dialect"]["quote"]
    Upload.objects.filter(pk=upload.pk).update(report=old)
    upload.refresh_from_db()

    assert "Import 1 row" in page(client_alice, upload)
    assert stored(client_alice, upload) == [["where"]]


def test_a_refused_file_can_be_read_another_way(client_alice: Client) -> None:
    posted = {"file": SimpleUploadedFile("a.csv", b"question,answer\nx,\xff\xfe\xfa\n")}
    client_alice.post(reverse("playground-new"), posted)
    upload = Upload.objects.get()
    uploads.check(upload.pk)
    upload.refresh_from_db()
    assert upload.state == Upload.State.REFUSED
    assert "x,\ufffd" in page(client_alice, upload)

    reading = {"encoding": "cp1252", "delimiter": "", "quote": "", "has_header": "yes"}
    client_alice.post(reverse("import-choose", args=[upload.pk]), reading)

    upload.refresh_from_db()
    assert (upload.state, upload.report["row_count"]) == (Upload.State.CHECKED, 1)


def test_the_preview_numbers_the_rows_and_problems_their_lines(
    client_alice: Client, bring: Bring
) -> None:
    upload = bring(b"id,question\n1,\n2,Where?\n2,When?\n")
    posted = {"c0-role": "row_id", "fix": "no_input:skip"}
    upload = choose(client_alice, upload, **posted)

    def numbers(query: dict[str, str]) -> list[str]:
        answer = client_alice.get(reverse("import-check", args=[upload.pk]), query)
        return re.findall(r'<td class="num mut">(\d+)</td>', answer.content.decode())

    assert numbers({}) == ["1", "2"]
    assert numbers({"rows": "problems"}) == ["2", "4"]
    assert "Line 4 repeats line 3." in page(client_alice, upload)
    assert "Line 4. Line 4" not in page(client_alice, upload)
