"""A playground with questions, a connection to the simulated model, and a ready setup."""

from collections.abc import Callable, Iterator

import pytest

from accounts.models import Workspace
from evals.models import Connection, Variant
from evals.services import connections, kpis, variants
from evals.services.connections import ConnectionDraft
from evals.services.variants import VariantDraft
from playground.models import Playground
from playground.services.rows import ColumnDraft, create_playground
from tests.browser import chromium as chromium
from tests.browser import page as page
from tests.standin import StandIn

KEY = "sk-canary-0123456789-ABCDEF-tail"
ROWS = (
    ("How long is the warranty?", "5 years", "The warranty is 5 years."),
    ("What does delivery cost?", "4.90 EUR", "Delivery costs 4.90 EUR."),
    ("Who runs the shop?", "", ""),
)

MakeVariant = Callable[..., Variant]


@pytest.fixture
def ground(workspace: Workspace) -> Playground:
    """Three rows: question, expected answer, context; the last one has a question only."""
    columns = [("question", "input"), ("expected", "expected"), ("context", "context")]
    return create_playground(
        workspace=workspace,
        user=None,
        name="Support",
        question="",
        columns=[ColumnDraft(name=name, role=role) for name, role in columns],
        rows=ROWS,
        source_name="rows.csv",
    )


@pytest.fixture
def simulated(workspace: Workspace) -> Connection:
    draft = ConnectionDraft(name="Pretend", kind=Connection.Kind.SIMULATED, concurrency=4)
    connection = connections.create(workspace=workspace, draft=draft)
    connections.add_model(connection=connection, model_id="simulated-1")
    return connection


@pytest.fixture
def make_variant(ground: Playground, simulated: Connection) -> MakeVariant:
    """Makes a variant of the playground; keywords replace fields of its draft."""

    def make(**changes: object) -> Variant:
        fields: dict[str, object] = {
            "name": "Plain",
            "connection": simulated,
            "model_id": "simulated-1",
            "user_prompt": "{{question}}",
            "max_tokens": 40,
        }
        # Fields of every type: the draft's own checks are what is tested.
        draft = VariantDraft(**{**fields, **changes})  # type: ignore[arg-type]
        return variants.create(playground=ground, draft=draft)

    return make


@pytest.fixture
def ready(ground: Playground, make_variant: MakeVariant) -> Playground:
    """The playground with two variants and three KPIs, ready to be run."""
    make_variant(name="Plain")
    make_variant(name="With context", use_context=True)
    kpis.suggest(playground=ground)
    return ground


@pytest.fixture(scope="session")
def standin() -> Iterator[StandIn]:
    with StandIn() as server:
        yield server


@pytest.fixture
def variant_form(simulated: Connection) -> dict[str, object]:
    """What the form of a variant sends."""
    return {
        "name": "Typed",
        "connection": simulated.pk,
        "model_id": "simulated-1",
        "system_prompt": "",
        "user_prompt": "Answer: {{question}}",
        "temperature": "0.2",
        "max_tokens": "64",
        "seed": "",
    }
