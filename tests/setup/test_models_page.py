"""The Models page: connections, the address guard, tests against a stand-in, prices."""

import re
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from pytest_django.asserts import assertContains

from accounts.models import User, Workspace
from evals.llm.litellm_providers import THROUGH_HTTP, THROUGH_SDK
from evals.models import Connection, ConnectionModel
from evals.services import connections
from evals.services.connections import ConnectionDraft
from playground.models import Playground
from tests.setup.conftest import KEY, MakeVariant
from tests.standin import StandIn

LIMITS = {"concurrency": "4", "timeout_s": "5"}


def add(client: Client, preset: str, **fields: str) -> tuple[int, str]:
    url = f"{reverse('connection-add')}?preset={preset}"
    answer = client.post(url, {**LIMITS, **fields}, follow=True)
    return answer.status_code, answer.content.decode()


@pytest.fixture
def stood_in(workspace: Workspace, standin: StandIn) -> Connection:
    draft = ConnectionDraft(
        name="Stand-in",
        kind=Connection.Kind.OPENAI,
        base_url=standin.url(),
        allow_private=True,
        timeout_s=5,
    )
    connection = connections.create(workspace=workspace, draft=draft)
    connections.add_model(connection=connection, model_id="standin-small")
    return connection


def press_test(client: Client, connection: Connection) -> str:
    """The card after a press on Test."""
    url = reverse("connection-test", args=[connection.pk])
    return client.post(url, headers={"HX-Request": "true"}).content.decode()


def moved(connection: Connection, base_url: str) -> Connection:
    Connection.objects.filter(pk=connection.pk).update(base_url=base_url)
    connection.refresh_from_db()
    return connection


def test_it_offers_every_kind(client_alice: Client) -> None:
    page = client_alice.get(reverse("connection-add")).content.decode()

    for title in ("OpenAI", "Ollama", "vLLM", "LM Studio", "Other provider", "Simulated"):
        assert title in page


def test_it_refuses_a_private_address_and_says_how_to_allow_it(client_alice: Client) -> None:
    status, page = add(client_alice, "ollama", name="Ollama", base_url="http://127.0.0.1:11434/v1")

    assert status == 422
    assert "127.0.0.1:11434 is a private or local address" in page
    assert "Allow this private address" in page
    assert not Connection.objects.exists()


def test_it_allows_exactly_this_private_address_when_told_to(client_alice: Client) -> None:
    address = "http://127.0.0.1:11434/v1"
    add(client_alice, "ollama", name="Ollama", base_url=address, allow_private="on")

    connection = Connection.objects.get()
    assert connection.allowed_host == "127.0.0.1:11434"
    assert "127.0.0.1:11434" in connections.endpoint_of(connection).allowed_hosts


def test_it_forgets_the_allowance_once_others_can_reach_the_server(
    client_alice: Client, settings: Settings
) -> None:
    address = "http://127.0.0.1:11434/v1"
    add(client_alice, "ollama", name="Ollama", base_url=address, allow_private="on")
    settings.BOUND_TO_LOOPBACK = False

    assert connections.endpoint_of(Connection.objects.get()).allowed_hosts == settings.MODEL_HOSTS


def test_it_names_the_setting_when_others_can_reach_the_server(
    client_alice: Client, settings: Settings
) -> None:
    settings.BOUND_TO_LOOPBACK = False
    fields = {"name": "In", "base_url": "http://10.0.4.12:8000/v1", "allow_private": "on"}
    status, page = add(client_alice, "vllm", **fields)

    assert status == 422
    assert "EVALGROUND_MODEL_HOSTS" in page


@pytest.mark.parametrize(
    "address",
    ["http://user:pw@example.org/v1", "file:///etc/passwd", "http://0x7f.1/v1", "nonsense"],
)
def test_it_refuses_an_odd_address_also_when_private_ones_are_allowed(
    client_alice: Client, address: str
) -> None:
    fields = {"name": "Odd", "base_url": address, "allow_private": "on"}
    status, page = add(client_alice, "address", **fields)

    assert status == 422
    assert address in page


def test_it_refuses_a_name_that_is_taken(client_alice: Client, simulated: Connection) -> None:
    status, page = add(
        client_alice,
        "simulated",
        name=simulated.name,
        latency_ms="0",
        error_rate="0",
        skill="1",
        model_ids="simulated-1",
    )

    assert status == 422
    assert "is already there" in page


def test_it_labels_simulated_connections(client_alice: Client, simulated: Connection) -> None:
    page = client_alice.get(reverse("models")).content.decode()

    assert '<span class="chip warn">Simulated</span>' in page
    assert "free" in page


def test_it_says_what_the_embedded_model_is(client_alice: Client, workspace: Workspace) -> None:
    connections.ensure_embedded(workspace)
    connections.ensure_embedded(workspace)

    page = client_alice.get(reverse("models")).content.decode()
    assert page.count("follows a context it is given, knows little by itself") == 1


def test_it_shows_latency_and_first_words_of_a_test(
    client_alice: Client, stood_in: Connection
) -> None:
    card = press_test(client_alice, stood_in)

    assert "Answered in" in card
    assert "It said:" in card


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        ("401", "does not accept the key"),
        ("404", "does not know this model"),
        ("html", "base URL"),
        ("redirect", "redirect"),
    ],
)
def test_it_says_in_plain_words_what_is_wrong(
    client_alice: Client, stood_in: Connection, standin: StandIn, behaviour: str, words: str
) -> None:
    card = press_test(client_alice, moved(stood_in, standin.url(behaviour)))

    assert "Failed today" in card
    assert words in card


def test_it_says_that_nothing_listens(client_alice: Client, stood_in: Connection) -> None:
    Connection.objects.update(allowed_host="127.0.0.1:9")
    card = press_test(client_alice, moved(stood_in, "http://127.0.0.1:9/v1"))

    assert "nothing listens there" in card


def test_it_keeps_an_echoed_key_off_the_screen(
    client_alice: Client, stood_in: Connection, standin: StandIn
) -> None:
    connections.set_key(connection=stood_in, key=KEY)
    card = press_test(client_alice, moved(stood_in, standin.url("401_echo")))

    assert "Failed today" in card
    assert KEY not in card
    assert KEY not in Connection.objects.get(pk=stood_in.pk).test_words


def test_it_asks_for_a_model_before_a_test(client_alice: Client, stood_in: Connection) -> None:
    stood_in.models.all().delete()
    answer = client_alice.post(reverse("connection-test", args=[stood_in.pk]))

    assert answer.status_code == 409
    assert "has no model to ask" in answer.content.decode()


def test_it_lists_the_models_of_the_server(client_alice: Client, stood_in: Connection) -> None:
    url = reverse("connection-models", args=[stood_in.pk])
    page = client_alice.get(url).content.decode()
    fragment = client_alice.get(url, headers={"HX-Request": "true"}).content.decode()

    assert 'name="model_id" value="standin-large"' in fragment
    assert 'name="model_id" value="standin-small"' not in fragment
    assert 'name="model_id" value="standin-large"' in page
    assert ("<h1>" in page, "<h1>" in fragment) == (True, False)


def test_it_refuses_a_long_model_before_it_stores_anything(client_alice: Client) -> None:
    status, page = add(client_alice, "openai", name="Mine", base_url="", model_ids="m" * 201)

    assert status == 422
    assert "201 characters" in page
    assert "m" * 201 in page


def test_it_adds_and_removes_models(client_alice: Client, stood_in: Connection) -> None:
    url = reverse("connection-models", args=[stood_in.pk])
    client_alice.post(url, {"model_id": ["one", "two"]})
    two = ConnectionModel.objects.get(model_id="two")
    client_alice.post(reverse("connection-price", args=[stood_in.pk, two.pk]), {"remove": "1"})

    names = list(stood_in.models.values_list("model_id", flat=True))
    assert names == ["standin-small", "one"]


def test_it_keeps_an_unknown_price_unknown(client_alice: Client, stood_in: Connection) -> None:
    price = connections.price_of(stood_in, "standin-small")
    page = client_alice.get(reverse("models")).content.decode()

    assert price.input_per_1m is None
    assert '<td class="num dim">unknown</td>' in page


def test_it_stores_an_edited_price(client_alice: Client, stood_in: Connection) -> None:
    model = stood_in.models.get()
    url = reverse("connection-price", args=[stood_in.pk, model.pk])
    client_alice.post(url, {"input_per_1m": "0.4", "output_per_1m": ""})

    price = connections.price_of(Connection.objects.get(), "standin-small")
    assert (price.input_per_1m, price.output_per_1m) == (Decimal("0.4"), None)


@pytest.mark.parametrize("price", ["-1", "free", "1e99"])
def test_it_refuses_a_price_that_is_none(
    client_alice: Client, stood_in: Connection, price: str
) -> None:
    model = stood_in.models.get()
    url = reverse("connection-price", args=[stood_in.pk, model.pk])
    answer = client_alice.post(url, {"input_per_1m": price, "output_per_1m": "2.5"})

    assert answer.status_code == 422
    assertContains(answer, "is not a number from 0 up", status_code=422)
    assertContains(answer, f'value="{price}"', status_code=422)
    assertContains(answer, 'value="2.5"', status_code=422)


def test_it_keeps_a_connection_that_variants_use(
    client_alice: Client, ground: Playground, make_variant: MakeVariant
) -> None:
    variant = make_variant()
    answer = client_alice.post(reverse("connection-delete", args=[variant.connection_id]))

    assert answer.status_code == 409
    assert "is used by Plain in Support" in answer.content.decode()


def test_it_deletes_a_connection(client_alice: Client, simulated: Connection) -> None:
    client_alice.post(reverse("connection-delete", args=[simulated.pk]))

    assert not Connection.objects.exists()


def test_it_names_only_providers_that_can_be_asked(client_alice: Client, alice: User) -> None:
    page = client_alice.get(reverse("connection-add"), {"preset": "litellm"}).content.decode()
    cards = client_alice.get(reverse("models")).content.decode()

    asked = re.findall(r"\b([a-z_]+)/[a-z]", re.findall(r"One a line, .*?<", page)[0])
    assert asked
    assert set(asked) <= THROUGH_HTTP | THROUGH_SDK
    assert "Bedrock" not in cards


def test_it_lists_only_own_connections(client_charlie: Client, simulated: Connection) -> None:
    assert simulated.name not in client_charlie.get(reverse("models")).content.decode()


@pytest.mark.django_db
def test_it_answers_a_preset_that_is_none(client_alice: Client) -> None:
    url = reverse("connection-add")

    assert client_alice.get(url, {"preset": "nothing"}).status_code == 404
