"""Nobody comes where they may not, by whichever address and method they try."""

from collections.abc import Iterable

import pytest
from django.apps import apps
from django.http import HttpResponse
from django.test import Client

from accounts.models import User, Workspace
from evals.models import Run
from playground.models import Playground, Upload
from tests.access.addresses import ADDRESSES, ALLAUTH, path_of, patterns

METHODS = ("get", "head", "post", "put", "patch", "delete")
GUARDED = [name for name, one in ADDRESSES.items() if one.who == "guarded"]
CLOSED = [name for name, one in ADDRESSES.items() if one.who != "open"]
OURS = [name for name in CLOSED if name not in {*ALLAUTH, "settings"}]
CHANGING = [name for name in OURS if "post" in ADDRESSES[name].methods]
READING = [name for name in OURS if "get" in ADDRESSES[name].methods]


def taken(name: str) -> set[str]:
    methods = set(ADDRESSES[name].methods)
    return methods | {"head"} if "get" in methods else methods


def with_a_part(whole: str, parts: set[str]) -> list[str]:
    """The addresses that name a thing, and a part of it."""
    return [
        str(pattern.name)
        for pattern in patterns()
        if whole in pattern.pattern.converters and parts & set(pattern.pattern.converters)
    ]


def ask(client: Client, method: str, name: str, ids: dict[str, int]) -> HttpResponse:
    response: HttpResponse = getattr(client, method)(path_of(name, ids))
    return response


def statuses(
    client: Client, asked: Iterable[tuple[str, str]], ids: dict[str, int]
) -> dict[tuple[str, str], int]:
    """The status of each (method, name)."""
    return {(method, name): ask(client, method, name, ids).status_code for method, name in asked}


def stored() -> dict[str, int]:
    """How many rows each table of ours has."""
    return {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.app_label in {"accounts", "playground", "evals"}
    }


def test_it_knows_every_address() -> None:
    assert {pattern.name for pattern in patterns()} == set(ADDRESSES)


def test_it_sends_visitors_to_the_login(client: Client, ids: dict[str, int]) -> None:
    answers = [
        (method, name, ask(client, method, name, ids))
        for name in CLOSED
        for method in ADDRESSES[name].methods
    ]

    assert [
        (method, name)
        for method, name, answer in answers
        if answer.status_code != 302 or "/login" not in answer["Location"]
    ] == []


def test_it_hides_everything_from_charlie(client_charlie: Client, ids: dict[str, int]) -> None:
    before = stored()

    found = statuses(client_charlie, [(m, name) for name in GUARDED for m in taken(name)], ids)

    assert {one: status for one, status in found.items() if status != 404} == {}
    assert stored() == before


def test_it_takes_no_other_method(client_alice: Client, ids: dict[str, int]) -> None:
    before = stored()

    asked = [(method, name) for name in OURS for method in set(METHODS) - taken(name)]
    found = statuses(client_alice, asked, ids)

    assert {one: status for one, status in found.items() if status != 405} == {}
    assert stored() == before


def test_it_changes_nothing_without_the_token(alice: User, ids: dict[str, int]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    before = stored()

    found = statuses(client, [("post", name) for name in CHANGING], ids)

    assert {one: status for one, status in found.items() if status != 403} == {}
    assert stored() == before


def test_it_changes_nothing_when_it_is_only_read(
    client_alice: Client, ids: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evals.services.connections.probe.list_models", lambda _endpoint: ["m"])
    before = stored()

    found = statuses(client_alice, [(m, name) for name in READING for m in ("get", "head")], ids)

    # Every row of the file was taken, so there is no file of refused ones.
    broken = {name for (_method, name), status in found.items() if status >= 400}
    assert broken == {"import-refused"}
    assert stored() == before


def test_it_answers_numbers_that_nothing_has(client_alice: Client, ids: dict[str, int]) -> None:
    asked = [(ADDRESSES[name].methods[0], name) for name in GUARDED]

    found = statuses(client_alice, asked, dict.fromkeys(ids, 10**30))

    assert {one: status for one, status in found.items() if status != 404} == {}


def test_it_finds_a_part_only_in_its_playground(
    client_alice: Client, workspace: Workspace, ids: dict[str, int]
) -> None:
    other = Playground.objects.create(workspace=workspace, name="Other")
    asked = with_a_part("playground_id", {"variant_id", "kpi_id"})
    before = stored()

    found = statuses(
        client_alice, [("post", name) for name in asked], ids | {"playground_id": other.pk}
    )

    assert set(found.values()) == {404}
    assert stored() == before


def test_it_finds_a_model_only_in_its_connection(
    client_alice: Client, workspace: Workspace, ids: dict[str, int]
) -> None:
    other = workspace.connections.create(name="Other", kind="simulated")
    asked = with_a_part("connection_id", {"model_pk"})

    found = statuses(
        client_alice, [("post", name) for name in asked], ids | {"connection_id": other.pk}
    )

    assert found == {("post", "connection-price"): 404}


@pytest.mark.parametrize("name", ["home", "models"])
def test_it_lists_nothing_of_others(
    client_charlie: Client, ids: dict[str, int], run: Run, upload: Upload, name: str
) -> None:
    content = client_charlie.get(path_of(name, ids)).content.decode()

    assert Playground.objects.get(pk=run.playground_id).name not in content
    assert "Embedded model" not in content
    assert upload.file_name not in content
