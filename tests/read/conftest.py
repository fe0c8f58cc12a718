"""Stored runs for the reading pages."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Workspace
from evals.models import Run
from tests.read.stored_run import Plan, store

StoreRun = Callable[..., Run]


@pytest.fixture
def store_run(workspace: Workspace) -> StoreRun:
    """Stores a run of Alice's as `Plan` says."""

    def make(**plan: Any) -> Run:
        return store(workspace, Plan(**plan))

    return make
