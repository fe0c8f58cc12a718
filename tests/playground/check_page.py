"""The check of an import, as a person uses it in the tests."""

from typing import Any

from django.test import Client
from django.urls import reverse

from playground.models import Row, Upload
from playground.services import uploads
from tests.playground.conftest import mapping


def page(client: Client, upload: Upload, query: str = "") -> str:
    return client.get(reverse("import-check", args=[upload.pk]) + query).content.decode()


def shown(upload: Upload) -> dict[str, str]:
    """What the form of the check posts when nothing is changed."""
    posted = mapping(upload)
    for position, column in enumerate(uploads.planned_columns(upload)):
        for key in ("name", "type", "role"):
            posted[f"c{position}-{key}"] = getattr(column, key)
    return posted


def choose(client: Client, upload: Upload, **posted: str) -> Upload:
    """Presses a button of the check with the columns as they stand."""
    answer = client.post(reverse("import-choose", args=[upload.pk]), shown(upload) | posted)
    assert answer.status_code == 302
    upload.refresh_from_db()
    return upload


def stored(client: Client, upload: Upload) -> list[list[str]]:
    """Imports the file by the button: the cells of its rows."""
    client.post(reverse("import-start", args=[upload.pk]), shown(upload))
    uploads.run_import(upload.pk)
    return [list(row.cells.values()) for row in Row.objects.order_by("position")]


def found(upload: Upload) -> dict[str, dict[str, Any]]:
    return {finding["kind"]: finding for finding in upload.report["findings"]}
