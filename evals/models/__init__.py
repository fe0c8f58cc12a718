"""How good it is: connections, setup, rules, runs and what runs produce."""

from evals.models.connections import Connection, ConnectionModel
from evals.models.engine import (
    Answer,
    Block,
    ConnectionState,
    Job,
    RunKpi,
    Shard,
    WorkerRecord,
)
from evals.models.runs import Run, RunRule, RunSpec
from evals.models.setup import KpiVersion, RuleVersion, SetupKpi, Variant

__all__ = [
    "Answer",
    "Block",
    "Connection",
    "ConnectionModel",
    "ConnectionState",
    "Job",
    "KpiVersion",
    "RuleVersion",
    "Run",
    "RunKpi",
    "RunRule",
    "RunSpec",
    "SetupKpi",
    "Shard",
    "Variant",
    "WorkerRecord",
]
