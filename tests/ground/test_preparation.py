"""What is there after the first start."""

import pytest

from accounts.models import Workspace
from config.preparation import make_owner
from evals.models import Connection
from evals.services import connections
from playground.models import Playground

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def model_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evals.llm.embedded.is_available", lambda: True)


def test_without_the_sample_there_is_the_embedded_connection() -> None:
    make_owner(with_sample=False)

    assert Connection.objects.get().name == "Embedded model"
    assert not Playground.objects.exists()


def test_with_the_sample_there_is_one_embedded_connection() -> None:
    make_owner(with_sample=True)

    assert Connection.objects.count() == 1


def test_without_the_model_there_is_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evals.llm.embedded.is_available", lambda: False)
    make_owner(with_sample=False)

    assert not Connection.objects.exists()


def test_a_later_start_makes_it_when_there_is_no_connection() -> None:
    make_owner(with_sample=False)
    Connection.objects.all().delete()
    make_owner(with_sample=False)

    assert Connection.objects.get().kind == Connection.Kind.EMBEDDED


def test_a_later_start_does_not_bring_it_back_beside_others() -> None:
    make_owner(with_sample=False)
    Connection.objects.all().delete()
    draft = connections.ConnectionDraft(name="Ours", kind=Connection.Kind.SIMULATED)
    connections.create(workspace=Workspace.objects.get(), draft=draft)
    make_owner(with_sample=False)

    assert Connection.objects.get().name == "Ours"
