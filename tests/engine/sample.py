"""Builds what a run needs: a connection to the simulated model, a playground, a snapshot."""

from collections.abc import Sequence

from accounts.models import Workspace
from evals import kpis
from evals.domain.snapshot import ColumnSpec, KpiSpec, Snapshot, VariantSpec
from evals.models import Connection
from playground.models import Playground
from playground.services.rows import ColumnDraft, create_playground

SLOTS = ("exact_match", "token_f1", "word_count", "latency_ms", "cost_usd")


def connection(
    workspace: Workspace, *, concurrency: int = 16, timeout_s: int = 30, **options: object
) -> Connection:
    """A simulated connection with the given options."""
    return Connection.objects.create(
        workspace=workspace,
        name=f"Simulated {workspace.connections.count() + 1}",
        kind=Connection.Kind.SIMULATED,
        concurrency=concurrency,
        timeout_s=timeout_s,
        options=options,
    )


def playground(workspace: Workspace, rows: int) -> Playground:
    """Questions about tents, each with its answer in its context."""
    return create_playground(
        workspace=workspace,
        user=None,
        name="Tents",
        question="",
        columns=[
            ColumnDraft(name="question", role="input"),
            ColumnDraft(name="expected", role="expected"),
            ColumnDraft(name="context", role="context"),
        ],
        rows=(
            (
                f"How heavy is tent {n}?",
                f"Tent {n} weighs {n} grams.",
                f"Tent {n} weighs {n} grams.",
            )
            for n in range(1, rows + 1)
        ),
        source_name="tents.csv",
    )


def snapshot(
    ground: Playground,
    connections: Sequence[Connection],
    *,
    slots: Sequence[str] = SLOTS,
    user_prompt: str = "{{question}}",
    price: str | None = "0.5",
) -> Snapshot:
    """One variant for each of `connections`, the first without context."""
    return Snapshot(
        columns=tuple(
            ColumnSpec(id=str(column.id), name=column.name, role=column.role)
            for column in ground.columns.all()
        ),
        variants=tuple(
            VariantSpec(
                name=f"Variant {index}",
                connection_id=via.id,
                connection_name=via.name,
                kind=via.kind,
                model=f"model-{index}",
                user_prompt=user_prompt,
                use_context=index > 0,
                input_per_1m=price,
                output_per_1m=price,
            )
            for index, via in enumerate(connections)
        ),
        kpis=tuple(
            KpiSpec(
                slot=slot,
                key=slot,
                name=slot,
                kpi_version_id=index + 1,
                code_hash=kpis.code_hash(slot),
            )
            for index, slot in enumerate(slots)
        ),
        rule={},
        dataset_version=1,
    )
