"""A small playground on the simulated model, and runs of it."""

import secrets
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from accounts.models import Workspace
from evals.models import Connection, Run
from evals.services import runs
from playground.models import Playground
from playground.queries import current_version, row_ids
from tests.engine import sample

MakeRun = Callable[..., Run]


@pytest.fixture
def home(transactional_db: None) -> Workspace:
    return Workspace.objects.create(name="Trail & Tent")


@pytest.fixture
def call_log(tmp_path: Path) -> Path:
    return tmp_path / "calls"


@pytest.fixture
def simulated(home: Workspace, call_log: Path) -> Connection:
    return sample.connection(home, call_log=str(call_log))


@pytest.fixture
def make_run(home: Workspace, simulated: Connection) -> MakeRun:
    """Makes a run of `rows` rows; `variants` on the simulated connection, or one for each `via`."""

    def make(
        rows: int = 8, variants: int = 2, via: Sequence[Connection] = (), **details: str
    ) -> Run:
        ground: Playground = sample.playground(home, rows)
        return runs.create_run(
            playground=ground,
            snapshot=sample.snapshot(ground, via or [simulated] * variants, **details),
            row_ids=row_ids(current_version(ground)),
            form_token=secrets.token_hex(8),
        )

    return make
