"""Puts a run into the database as the engine leaves it: snapshot, answers, packed scores."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from accounts.models import Workspace
from evals import kpis
from evals.domain.matrix import AnswerState
from evals.domain.rules import Condition, PassLine, Rule
from evals.domain.snapshot import ColumnSpec, KpiSpec, Snapshot, VariantSpec
from evals.engine import answers, score_store
from evals.engine.answers import AnswerRecord
from evals.engine.score_store import ANSWERS_SLOT, Packed
from evals.engine.scoring import Scorer
from evals.models import Answer, Job, RuleVersion, Run, RunKpi, RunRule, RunSpec
from playground.models import Playground, Row
from playground.queries import current_version, row_ids
from playground.services.rows import ColumnDraft, create_playground, freeze_current_version

COLUMNS = ("question", "expected", "context", "topic")
ROLES = ("input", "expected", "context", "filter")
SLOTS = ("exact_match", "token_f1", "word_count")
RULE = Rule(
    conditions=(
        Condition(slot="exact_match", line=PassLine(op="==", value=1), required=True),
        Condition(slot="token_f1", line=PassLine(op=">=", value=0.6)),
        Condition(slot="word_count", line=PassLine(op="between", value=1, high=40)),
    )
)


@dataclass(frozen=True)
class Failure:
    """An answer that ended in an error."""

    error_class: str = "timeout"
    words: str = "No complete answer within 120 s."


# (variant, position) → its text, its failure, or None while there is no answer
Say = Callable[[int, int], "str | Failure | None"]


def topic(position: int) -> str:
    return ("Returns", "Delivery")[position % 2]


def row(position: int) -> tuple[str, ...]:
    return (
        f"How heavy is tent {position}?",
        f"Tent {position} weighs {position} grams.",
        f"Tent {position} weighs {position} grams. It is green.",
        topic(position),
    )


def say(variant: int, position: int) -> str:
    """Right for every second, third, fourth… row; otherwise it does not know."""
    if position % (variant + 2) == 0:
        return "I do not know."
    return f"Tent {position} weighs {position} grams."


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to store. By default a finished run that everybody answered."""

    rows: int = 8
    variants: int = 2
    say: Say = say
    row: Callable[[int], Sequence[str]] = row
    columns: Sequence[str] = COLUMNS
    roles: Sequence[str] = ROLES
    slots: Sequence[str] = SLOTS
    rule: Rule = field(default_factory=lambda: RULE)
    state: str = Run.State.DONE
    cost_nano: Sequence[int | None] = (400_000,)
    kinds: Sequence[str] = ("openai",)
    per_1m: str | None = None
    name: str = "Tents"
    # Names of KPIs that are not their own, by slot.
    kpi_names: Mapping[str, str] = field(default_factory=dict)


def store(workspace: Workspace, plan: Plan) -> Run:
    """A playground with the plan's rows, and one run of it."""
    playground = create_playground(
        workspace=workspace,
        user=None,
        name=plan.name,
        question="How heavy are our tents?",
        columns=[
            ColumnDraft(name=name, role=role)
            for name, role in zip(plan.columns, plan.roles, strict=True)
        ],
        rows=(plan.row(position) for position in range(plan.rows)),
        source_name="tents.csv",
    )
    return store_run(playground, plan)


def store_run(playground: Playground, plan: Plan) -> Run:
    """One more run of a playground."""
    ids = row_ids(current_version(playground))[: plan.rows]
    freeze_current_version(playground)
    frozen = _snapshot(playground, plan)
    run = Run.objects.create(
        workspace_id=playground.workspace_id,
        playground_id=playground.pk,
        number=Run.objects.filter(playground_id=playground.pk).count() + 1,
        form_token=f"{playground.pk}-{Run.objects.count()}",
        state=plan.state,
        cells=len(ids) * plan.variants,
        open_shards=0,
        version=1,
    )
    RunSpec.objects.create(
        run=run, snapshot=frozen.to_json(), row_ids=np.asarray(ids, dtype="<i8").tobytes()
    )
    job = Job.objects.create(run_id=run.pk)
    for kpi in frozen.kpis:
        RunKpi.objects.create(
            run_id=run.pk,
            kpi_version_id=kpi.kpi_version_id,
            job_id=job.pk,
            slot=kpi.slot,
            code_hash=kpi.code_hash,
        )
    _store_rule(playground, run, plan.rule)
    records = list(_records(run, plan))
    answers.insert(records)
    score_store.write(_blocks(run, frozen, plan, ids, records), version=1)
    ok = sum(record.is_ok for record in records)
    Run.objects.filter(pk=run.pk).update(n_ok=ok, n_error=len(records) - ok)
    run.refresh_from_db()
    return run


def _store_rule(playground: Playground, run: Run, rule: Rule) -> None:
    number = playground.rules.count() + 1
    version = RuleVersion.objects.create(
        playground=playground, number=number, spec=rule.to_json(), sha256=rule.sha256
    )
    RunRule.objects.create(run_id=run.pk, rule_version_id=version.pk)


def _snapshot(playground: Playground, plan: Plan) -> Snapshot:
    return Snapshot(
        columns=tuple(
            ColumnSpec(id=str(column.pk), name=column.name, role=column.role)
            for column in playground.columns.all()
        ),
        variants=tuple(
            VariantSpec(
                name=f"Model {index + 1}",
                connection_id=1,
                connection_name="Somewhere",
                kind=plan.kinds[index % len(plan.kinds)],
                model=f"model-{index + 1}",
                system_prompt="Answer in one sentence.",
                user_prompt="{{" + plan.columns[0] + "}}",
                use_context=index > 0 and "context" in plan.roles,
                is_baseline=index == 0,
                input_per_1m=plan.per_1m,
                output_per_1m=plan.per_1m,
            )
            for index in range(plan.variants)
        ),
        kpis=tuple(
            KpiSpec(
                slot=slot,
                key=slot,
                name=plan.kpi_names.get(slot, kpis.get(slot).name),
                kpi_version_id=index + 1,
                code_hash=kpis.code_hash(slot),
            )
            for index, slot in enumerate(plan.slots)
        ),
        rule=plan.rule.to_json(),
        dataset_version=1,
    )


def _records(run: Run, plan: Plan) -> Iterable[AnswerRecord]:
    for variant in range(plan.variants):
        for position in range(plan.rows):
            said = plan.say(variant, position)
            if said is None:
                continue
            place: dict[str, Any] = {
                "run_id": run.pk,
                "variant": variant,
                "position": position,
                "rep": 0,
            }
            if isinstance(said, Failure):
                yield AnswerRecord(
                    **place,
                    status=Answer.Status.ERROR,
                    error_class=said.error_class,
                    error_text=said.words,
                    cost_nano=0,
                    tries=3,
                )
                continue
            yield AnswerRecord(
                **place,
                status=Answer.Status.OK,
                text=said,
                tokens_in=20,
                tokens_out=len(said.split()),
                cost_nano=plan.cost_nano[variant % len(plan.cost_nano)],
                latency_ms=200.0 * (variant + 1) + position % 50,
                finish_reason="stop",
            )


def _blocks(
    run: Run, frozen: Snapshot, plan: Plan, ids: Sequence[int], records: Sequence[AnswerRecord]
) -> list[Packed]:
    """One block a variant and slot, scored by the engine's own scorer."""
    scorer = Scorer(frozen, {kpi.slot: kpi.code_hash for kpi in frozen.kpis})
    cells = dict(Row.objects.filter(pk__in=ids).values_list("id", "cells"))
    lines = (ANSWERS_SLOT, *scorer.slots)
    states = np.zeros((plan.variants, len(lines), plan.rows), dtype=np.uint8)
    values = np.full((plan.variants, len(lines), plan.rows), np.nan)
    for record in records:
        place = record.variant, 0, record.position
        states[place] = AnswerState(record.status)
        values[place] = np.nan if record.latency_ms is None else record.latency_ms
        if not record.is_ok:
            continue
        for slot, mark in scorer.score(record, cells[ids[record.position]]).items():
            states[record.variant, lines.index(slot), record.position] = mark.state
            values[record.variant, lines.index(slot), record.position] = mark.value
    return [
        Packed(
            run_id=run.pk,
            variant=variant,
            slot=slot,
            start=0,
            n=plan.rows,
            data=score_store.pack(states[variant, line], values[variant, line]),
        )
        for variant in range(plan.variants)
        for line, slot in enumerate(lines)
    ]
