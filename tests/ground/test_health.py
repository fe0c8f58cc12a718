"""Machines can ask how the server is, without a login."""

import time

import pytest
from django.db import DatabaseError
from django.test import Client

from config import __version__, health
from evals.models.engine import WorkerRecord


@pytest.mark.django_db
def test_it_answers_without_a_login(client: Client) -> None:
    response = client.get("/healthz")

    assert response.status_code == 200
    assert response.json() == {
        "status": "ok",
        "database": "ok",
        "workers": 0,
        "version": __version__,
    }


@pytest.mark.django_db
def test_it_counts_the_workers_that_live(client: Client) -> None:
    now = time.time()
    WorkerRecord.objects.create(name="lives", host="here", seen_at=now)
    WorkerRecord.objects.create(name="died", host="here", seen_at=now - 60)
    WorkerRecord.objects.create(name="leaves", host="here", seen_at=now, stopping=True)

    assert client.get("/healthz").json()["workers"] == 1


@pytest.mark.django_db
def test_it_says_503_when_the_database_fails(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise DatabaseError("secret words of the database")

    monkeypatch.setattr(health, "live_workers", fail)
    response = client.get("/healthz")

    assert response.status_code == 503
    assert response.json()["database"] == "error"
    assert "secret words" not in response.content.decode()


@pytest.mark.django_db
def test_it_is_ready_once_the_tables_are_there(client: Client) -> None:
    assert client.get("/readyz").json()["status"] == "ok"
