"""Charlie sees and changes nothing of Alice's, whichever address he tries."""

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from evals import urls
from evals.models import Connection, Run, SetupKpi, Variant
from evals.services import setup as setup_service
from evals.services.runs import create_run
from playground.models import Playground
from playground.queries import current_version, row_ids

# Lists of Charlie's own workspace.
OWN = {"models", "connection-add"}
PATTERNS = [
    pattern for pattern in (*urls.MODELS, *urls.SETUP, *urls.RUN) if pattern.name not in OWN
]


@pytest.fixture
def ids(ready: Playground, simulated: Connection) -> dict[str, int]:
    """Everything of Alice's that an address can name."""
    create_run(
        playground=ready,
        snapshot=setup_service.snapshot_of(ready),
        row_ids=row_ids(current_version(ready)),
        form_token="0" * 32,
    )
    return {
        "playground_id": ready.pk,
        "connection_id": simulated.pk,
        "model_pk": simulated.models.get().pk,
        "variant_id": ready.variants.all()[0].pk,
        "kpi_id": ready.setup_kpis.all()[0].pk,
    }


def address(pattern: URLPattern, ids: dict[str, int]) -> str:
    names = pattern.pattern.converters
    return reverse(str(pattern.name), kwargs={name: ids[name] for name in names})


def stored() -> list[int]:
    return [model.objects.count() for model in (Connection, Variant, SetupKpi, Run)]


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: str(pattern.name))
def test_it_hides_every_address_from_charlie(
    client_charlie: Client, ids: dict[str, int], pattern: URLPattern
) -> None:
    before = stored()
    url = address(pattern, ids)
    statuses = {client_charlie.get(url).status_code, client_charlie.post(url).status_code}

    # An address that takes one method only says so before it looks.
    assert 404 in statuses
    assert statuses <= {404, 405}
    assert stored() == before


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: str(pattern.name))
def test_it_sends_a_visitor_to_the_login(
    client: Client, ids: dict[str, int], pattern: URLPattern
) -> None:
    url = address(pattern, ids)

    assert "/login" in client.post(url)["Location"]


def test_it_lists_only_own_connections(client_charlie: Client, simulated: Connection) -> None:
    assert simulated.name not in client_charlie.get(reverse("models")).content.decode()


@pytest.mark.django_db
def test_it_answers_a_preset_that_is_none(client_alice: Client) -> None:
    url = reverse("connection-add")

    assert client_alice.get(url, {"preset": "nothing"}).status_code == 404
