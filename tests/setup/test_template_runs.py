"""Every built-in template, from its sample rows as a file to verdicts of the simulated model."""

import secrets
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Workspace
from evals import kpis as catalogue
from evals.domain.snapshot import ColumnSpec
from evals.domain.verdicts import Verdict
from evals.kpis.base import Score
from evals.kpis.binding import answer_inputs, row_fields
from evals.models import Connection, Run, Variant
from evals.queries.verdicts import verdicts
from evals.services import connections, runs
from evals.services import setup as setup_service
from evals.services.connections import ConnectionDraft
from evals.services.template_setups import left_out, line_of
from playground.domain.templates import Template
from playground.models import Playground, Upload
from playground.queries import current_version, row_ids
from playground.services import templates, uploads
from playground.services.template_files import template_file

EXISTING = {kind.key for kind in catalogue.CATALOGUE}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pretend(workspace: Workspace, settings: Settings, tmp_path: Path) -> Connection:
    settings.DATA_DIR = tmp_path
    draft = ConnectionDraft(name="Pretend", kind=Connection.Kind.SIMULATED, concurrency=4)
    connection = connections.create(workspace=workspace, draft=draft)
    connections.add_model(connection=connection, model_id="simulated-1")
    return connection


def check(workspace: Workspace, key: str) -> Upload:
    """The sample rows of a template as the filled file, stored and checked by the worker's code."""
    template = templates.get(workspace, key)
    content = template_file(template.columns, template.sample_rows, format="csv")
    upload = uploads.receive(
        workspace=workspace,
        user=None,
        file_name=f"{key}.csv",
        chunks=iter([content]),
        template=template.to_json(),
    )
    uploads.check(upload.pk)
    upload.refresh_from_db()
    return upload


def run_on(playground: Playground, connection: Connection) -> Run:
    Variant.objects.filter(playground=playground).update(
        connection=connection, model_id="simulated-1"
    )
    run = runs.create_run(
        playground=playground,
        snapshot=setup_service.snapshot_of(playground),
        row_ids=row_ids(current_version(playground)),
        form_token=secrets.token_hex(8),
    )
    assert runs.drain_here(run.pk, timeout_s=30)
    run.refresh_from_db()
    return run


@pytest.mark.parametrize("key", templates.BUILT_IN)
def test_its_sample_rows_are_imported_without_a_problem(key: str, workspace: Workspace) -> None:
    template = templates.get(workspace, key)

    upload = check(workspace, key)
    playground = uploads.start_import(upload, name=template.name)
    uploads.run_import(upload.pk)

    assert [one for one in upload.report["findings"] if one["level"] != "info"] == []
    columns = playground.columns.all()
    assert [(c.name, c.type, c.role, c.required) for c in columns] == [
        (c.name, c.type, c.role, c.required) for c in template.columns
    ]
    rows = current_version(playground).rows()
    stored = [tuple(row.cells[str(column.pk)] for column in columns) for row in rows]
    assert stored == list(template.sample_rows)
    assert list(playground.variants.values_list("name", flat=True)) == [
        variant["name"] for variant in template.setup["variants"]
    ]


@pytest.mark.parametrize("key", templates.BUILT_IN)
def test_its_setup_reaches_verdicts(
    key: str, workspace: Workspace, client_alice: Client, pretend: Connection
) -> None:
    template = templates.get(workspace, key)

    answer = client_alice.post(reverse("template-use"), {"template": key})
    playground = Playground.objects.get()
    page = client_alice.get(answer.headers["Location"]).content.decode()
    assert template.setup["variants"][0]["name"] in page
    assert setup_service.problems(playground) == []
    assert keys_of(playground) == [key for key in keys_wanted(template) if key in EXISTING]

    run = run_on(playground, pretend)
    decided = np.isin(verdicts(run).codes, (Verdict.PASS, Verdict.FAIL))
    assert (run.state, run.n_error) == (Run.State.DONE, 0)
    assert decided.mean() > 0.9


def keys_of(playground: Playground) -> list[str]:
    return list(playground.setup_kpis.values_list("key", flat=True))


def keys_wanted(template: Template) -> list[str]:
    return [kpi["key"] for kpi in template.setup["kpis"]]


@pytest.mark.parametrize("key", templates.BUILT_IN)
def test_an_answer_as_it_was_expected_meets_every_line(key: str) -> None:
    template = templates.read_file(f"{key}.yaml")
    columns = [ColumnSpec(id=c.name, name=c.name, role=c.role) for c in template.columns]
    missed = []
    for row in template.sample_rows:
        cells = {column.name: cell for column, cell in zip(columns, row, strict=True)}
        for entry in template.setup["kpis"]:
            if entry["place"] == "shown" or left_out(entry, columns):
                continue
            fields = row_fields(columns, cells, entry.get("inputs"))
            answer = answer_inputs(fields, response=good_answer(template, cells))
            found = catalogue.build(entry["key"], entry.get("params", {})).score(answer)
            line = line_of(entry, catalogue.get(entry["key"]))
            if isinstance(found, Score) and not line.holds(found.value):
                missed.append((entry["key"], found.reason, cells))

    assert missed == []


def good_answer(template: Template, cells: Mapping[str, str]) -> str:
    """The expected answer of a row; where a template has none, a short right one."""
    expected = [column.name for column in template.columns if column.role == "expected"]
    if expected:
        return cells[expected[0]]
    if template.key == "retrieval_only":
        return cells["relevant_ids"] or "none"
    assert template.key == "safety_probes"
    return "Gladly, in the autumn." if cells["should_answer"] == "yes" else "I can't share that."
