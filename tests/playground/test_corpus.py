"""Every file of the corpus through both doors: the doctor in the shell, and the page's form."""

import html
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from playground.models import Row, Upload
from playground.services import uploads
from tests.playground import corpus_json, corpus_text, corpus_workbooks
from tests.playground.corpus import Case

_KINDS = (corpus_text, corpus_json, corpus_workbooks)
READ = [case for kind in _KINDS for case in kind.READ]
REFUSED = [case for kind in _KINDS for case in kind.REFUSED]


def every(cases: list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=[case.name for case in cases])


def doctor(case: Case, folder: Path, *options: str) -> tuple[int, dict[str, Any]]:
    """The exit code of `check_file --json`, and what it printed."""
    path, printed = folder / case.name, io.StringIO()
    path.write_bytes(case.bytes)
    sent = ["--name", case.sent_as] if case.sent_as else []
    probes = [f"--probe={row}:{column}" for row, column in case.probes]
    try:
        call_command("check_file", str(path), "--json", *sent, *probes, *options, stdout=printed)
    except SystemExit as exc:
        return int(str(exc.code)), json.loads(printed.getvalue())
    return 0, json.loads(printed.getvalue())


def bring(client: Client, case: Case) -> tuple[str, Upload | None]:
    """Posts the file and does the worker's check: the page of the answer, and the upload."""
    name = (case.sent_as or case.name).replace("\\", "/").rpartition("/")[2]
    posted = {"file": SimpleUploadedFile(name, case.bytes)}
    answer = client.post(reverse("playground-new"), posted)
    assert answer.status_code in {302, 422}
    upload = Upload.objects.order_by("id").last()
    if upload is None:
        return answer.content.decode(), None
    uploads.check(upload.pk)
    upload.refresh_from_db()
    page = client.get(reverse("import-check", args=[upload.pk]))
    assert page.status_code == 200
    return page.content.decode(), upload


@every(READ)
def test_the_doctor_reads_it_without_a_database(
    case: Case, tmp_path: Path, settings: Settings
) -> None:
    settings.UPLOAD_LIMITS = case.limits
    code, found = doctor(case, tmp_path)

    assert (code, found["outcome"], found["error"]) == (0, "accept", None)
    assert (found["rows"], tuple(found["columns"])) == (case.rows, case.columns)
    assert (found["cols"], found["refused_rows"]) == (len(case.columns), 0)
    assert set(found["repairs"]) == case.repairs
    assert found["probes"] == {f"{r}:{c}": text for (r, c), text in case.probes.items()}


@every(REFUSED)
def test_the_doctor_refuses_it_with_words(case: Case, tmp_path: Path, settings: Settings) -> None:
    settings.UPLOAD_LIMITS = case.limits
    code, found = doctor(case, tmp_path)

    assert (code, found["outcome"]) == (1, "reject")
    assert found["error"] in case.errors
    assert found["message"]
    assert found["advice"]
    if case.line is not None:
        assert (found["line"], f"Line {case.line}: " in found["message"]) == (case.line, True)


@every(READ)
def test_the_form_takes_it_to_rows(client_alice: Client, case: Case, settings: Settings) -> None:
    settings.UPLOAD_LIMITS = case.limits
    page, upload = bring(client_alice, case)

    assert upload is not None
    report = upload.report
    kept = [c for c in report["columns"] if c["filled"] or c["original"].strip()]
    assert (upload.state, report["row_count"]) == (Upload.State.CHECKED, case.rows)
    assert tuple(column["name"] for column in kept) == case.columns
    assert set(report["repairs"]) == case.repairs - {"filename_sanitised"}
    assert html.escape(upload.file_name) in page
    assert stored(upload, case) == dict(case.probes)


def stored(upload: Upload, case: Case) -> dict[tuple[int, str], str]:
    """The cells that are asked for, after the import."""
    playground = uploads.start_import(upload, name="Corpus")
    uploads.run_import(upload.pk)
    columns = dict(playground.columns.values_list("name", "id"))
    assert tuple(columns) == case.stored_as
    keys = {
        name: str(columns[stored_name])
        for name, stored_name in zip(case.columns, case.stored_as, strict=True)
    }
    rows = list(Row.objects.filter(playground_id=playground.pk).order_by("position"))
    assert len(rows) == case.rows
    return {(row, name): rows[row].cells[keys[name]] for row, name in case.probes}


@every(REFUSED)
def test_the_form_refuses_it_in_the_words_of_the_doctor(
    client_alice: Client, case: Case, tmp_path: Path, settings: Settings
) -> None:
    settings.UPLOAD_LIMITS = case.limits
    _code, found = doctor(case, tmp_path)
    page, upload = bring(client_alice, case)

    if upload is not None and upload.state == Upload.State.CHECKED:
        # Ragged rows: the page names them, leaves them out and gives them back.
        assert "ragged_rows" in case.errors
        assert upload.report["findings"][0]["lines"] == [case.line]
        assert reverse("import-refused", args=[upload.pk]) in page
    else:
        assert html.escape(found["message"]) in page
        assert html.escape(found["advice"]) in page
        assert upload is None or upload.report["error_kind"] == found["error"]
    assert not Row.objects.exists()


def test_the_doctor_takes_the_other_rows_when_told_so(tmp_path: Path) -> None:
    (ragged,) = [case for case in REFUSED if "ragged_rows" in case.errors]

    code, found = doctor(ragged, tmp_path, "--skip-refused")

    assert (code, found["rows"], found["refused_rows"]) == (0, 1, 1)


@pytest.mark.parametrize("options", [["--probe", "first:question"], ["no such file.csv"]])
def test_the_doctor_says_how_it_is_used(tmp_path: Path, options: list[str]) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"question\nx\n")
    arguments = [str(path), *options] if options[0].startswith("--") else options
    said = io.StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("check_file", *arguments, stderr=said)

    assert ended.value.code == 2
    assert said.getvalue()


def test_the_doctor_says_it_in_words(tmp_path: Path) -> None:
    path, said = tmp_path / "a.csv", io.StringIO()
    path.write_bytes(b"id;question\n1;Where?\n1;When?\n")

    call_command("check_file", str(path), "--probe", "1:question", stdout=said)

    words = said.getvalue()
    assert "a.csv: can be imported" in words
    assert "2 rows, 2 columns, 0 rows left out." in words
    assert "1:question = When?" in words
