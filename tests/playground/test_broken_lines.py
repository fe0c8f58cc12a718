"""Files of JSON lines with broken ones: refused, unless these are to be left out."""

import csv
import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from playground.models import Row, Upload
from playground.services import uploads
from tests.playground.conftest import Bring

GOOD = [json.dumps({"question": f"What is {n}?", "answer": str(n)}) for n in range(3)]
BROKEN = [*GOOD[:2], "", '{broken json, "x": [', "42", '{"a": 1, "a": 2}', GOOD[2], '{"cut": "of']
FILE = "\n".join(BROKEN).encode()


def skip(client: Client, upload: Upload) -> str:
    address = reverse("import-choose", args=[upload.pk])
    page = client.post(address, {"skips_broken": "yes"}, follow=True).content.decode()
    upload.refresh_from_db()
    return page


def test_broken_lines_are_left_out_on_demand_and_come_back_as_a_file(
    client_alice: Client, bring: Bring
) -> None:
    upload = bring(FILE, "rows.jsonl")
    refused = client_alice.get(reverse("import-check", args=[upload.pk])).content.decode()
    page = skip(client_alice, upload)
    file = client_alice.get(reverse("import-refused", args=[upload.pk])).getvalue().decode()

    assert "Leave out the lines that cannot be read" in refused
    assert "Line 4: not JSON" in refused
    assert upload.state == Upload.State.CHECKED
    assert "2 lines are not JSON" in page
    assert "Lines 4 and 8." in page
    assert "1 line is no object" in page
    assert [row[0] for row in csv.reader(io.StringIO(file))] == ["line", "4", "5", "6", "8"]
    assert list(csv.reader(io.StringIO(file)))[1][2] == '{broken json, "x": ['
    uploads.start_import(upload, name="Rows")
    uploads.run_import(upload.pk)
    assert Row.objects.count() == 3


def test_a_choice_of_the_encoding_still_leaves_broken_lines_out(
    client_alice: Client, bring: Bring
) -> None:
    upload = bring(FILE, "rows.jsonl")
    skip(client_alice, upload)

    client_alice.post(reverse("import-choose", args=[upload.pk]), {"encoding": "utf-8"})

    upload.refresh_from_db()
    assert (upload.state, upload.report["row_count"]) == (Upload.State.CHECKED, 3)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("no object.jsonl", b'"hello"\n42\n'),
        ("no line.jsonl", b'{"question": "x",}\n'),
        ("list.json", b'[\n{"question": "x"}\n{"question": "y"}\n]'),
    ],
)
def test_where_no_line_is_a_row_nothing_is_offered(
    client_alice: Client, bring: Bring, name: str, content: bytes
) -> None:
    upload = bring(content, name)

    page = client_alice.get(reverse("import-check", args=[upload.pk])).content.decode()

    assert "Leave out the lines" not in page
    skip(client_alice, upload)
    assert upload.state == Upload.State.REFUSED


def test_rows_of_evals_keep_their_roles_where_lines_are_left_out(
    client_alice: Client, bring: Bring
) -> None:
    row = json.dumps({"input": [{"role": "user", "content": "Why?"}], "ideal": "So"})
    upload = bring(f"{row}\n{{broken\n{row}\n".encode(), "evals.jsonl")

    skip(client_alice, upload)

    assert upload.report["reading"]["format"] == "openai_evals"
    assert [column["role"] for column in upload.report["columns"]] == ["input", "expected"]


def test_the_doctor_takes_the_other_lines_when_told_so(tmp_path: Path) -> None:
    path, said = tmp_path / "rows.jsonl", io.StringIO()
    path.write_bytes(FILE)

    with pytest.raises(SystemExit):
        call_command("check_file", str(path), "--json", stdout=said)
    call_command("check_file", str(path), "--json", "--skip-refused", stdout=said)

    refused, taken = map(json.loads, said.getvalue().replace("}{", "}\n{").splitlines())
    assert (refused["outcome"], refused["error"], refused["line"]) == ("reject", "invalid_json", 4)
    assert (taken["outcome"], taken["rows"], taken["refused_rows"]) == ("accept", 3, 4)
