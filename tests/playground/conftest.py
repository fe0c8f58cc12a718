"""A data folder of its own for every test, and the way from bytes to an upload."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Workspace
from playground.models import ColumnTemplate, Playground, Upload
from playground.services import own_templates, uploads
from tests.browser import chromium as chromium
from tests.browser import page as page
from tests.playground.editor_fields import COLUMNS

Bring = Callable[..., Upload]

SHOP = (
    b"id,question,expected answer,context,topic\n"
    b"T-1,Do gift cards expire?,No,Gift cards are valid without limit.,Gift cards\n"
    b'T-2,Do you ship to Iceland?,"Yes, by post",,Delivery\n'
)


@pytest.fixture(autouse=True)
def data_folder(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def bring(client_alice: Client) -> Bring:
    """Posts a file as Alice and does the worker's check: the upload afterwards."""

    def post(content: bytes = SHOP, name: str = "shop.csv") -> Upload:
        client_alice.post(reverse("playground-new"), {"file": SimpleUploadedFile(name, content)})
        upload = Upload.objects.latest("id")
        uploads.check(upload.pk)
        upload.refresh_from_db()
        return upload

    return post


@pytest.fixture
def imported(bring: Bring) -> Callable[..., Playground]:
    """Brings a file, starts its import and does the worker's part: the playground."""

    def run(content: bytes = SHOP, name: str = "shop.csv") -> Playground:
        upload = bring(content, name)
        playground = uploads.start_import(upload, name="Shop")
        uploads.run_import(upload.pk)
        return playground

    return run


def mapping(upload: Upload, **changes: str) -> dict[str, str]:
    """What the form of the check posts when nothing is changed but `changes`."""
    posted = {"name": upload.choices["name"], "question": ""}
    for position, column in enumerate(upload.report["columns"]):
        for key in ("name", "type", "role"):
            posted[f"c{position}-{key}"] = column[key]
    return posted | changes


SMALL_TEMPLATE: dict[str, Any] = {
    "evalground_template": 1,
    "name": "Small",
    "description": "Two columns",
    "columns": [
        {"name": "question", "type": "text", "role": "input", "required": True},
        {"name": "answer", "type": "text", "role": "expected", "required": False},
    ],
    "setup": {
        "variants": [{"name": "Plain", "prompt": "{{question}}", "max_tokens": 60}],
        "kpis": [{"key": "token_f1", "place": "counted", "line": ">= 0.5"}],
        "rule": {"mode": "all"},
    },
    "sample_rows": [{"question": "How heavy is it?", "answer": "1 kg"}],
}


@pytest.fixture
def own(workspace: Workspace) -> ColumnTemplate:
    """The small template, saved in Alice's workspace."""
    return own_templates.import_json(
        workspace=workspace, user=None, content=json.dumps(SMALL_TEMPLATE).encode()
    )


@pytest.fixture
def shop(workspace: Workspace) -> ColumnTemplate:
    """A template of Alice's own, whose prompt uses two of its columns."""
    return ColumnTemplate.objects.create(
        workspace=workspace,
        name="Shop & care",
        description="What customers ask",
        columns=COLUMNS,
        setup={"variants": [{"name": "A", "prompt": "{{topic}}: {{question}}"}], "kpis": []},
        sample_rows=[
            ["Do gift cards expire?", "No", "Gift cards"],
            ["=1+1?", "2", "Sums"],
            ["Third question", "3", "Sums"],
        ],
    )
