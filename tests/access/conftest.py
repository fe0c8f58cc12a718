"""Something of Alice's for every address that names a thing."""

from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.models import Workspace
from evals.models import Connection, Run
from evals.services import setup as setup_service
from playground.models import ColumnTemplate, Playground, Upload
from playground.services import uploads
from tests.read.stored_run import Plan, store

FILE = b"question,expected answer\nHow heavy is tent 1?,1 gram\n"


@pytest.fixture
def run(workspace: Workspace) -> Run:
    return store(workspace, Plan(rows=3))


@pytest.fixture
def upload(workspace: Workspace, settings: Settings, tmp_path: Path) -> Upload:
    settings.DATA_DIR = tmp_path
    received = uploads.receive(
        workspace=workspace, user=None, file_name="tents.csv", chunks=iter([FILE])
    )
    uploads.check(received.pk)
    received.refresh_from_db()
    return received


@pytest.fixture
def ids(run: Run, upload: Upload, workspace: Workspace) -> dict[str, int]:
    """A value for every name in an address, all of them Alice's."""
    playground = Playground.objects.get(pk=run.playground_id)
    setup_service.suggest(playground)
    connection = Connection.objects.get(workspace=workspace)
    columns = [{"name": "question", "type": "text", "role": "input", "required": True}]
    template = ColumnTemplate.objects.create(workspace=workspace, name="Mine", columns=columns)
    return {
        "template_key": template.pk,
        "template_id": template.pk,
        "playground_id": playground.pk,
        "import_id": upload.pk,
        "connection_id": connection.pk,
        "model_pk": connection.models.get().pk,
        "variant_id": playground.variants.all()[0].pk,
        "kpi_id": playground.setup_kpis.all()[0].pk,
        "position": 1,
        "column_id": playground.columns.all()[0].pk,
    }
