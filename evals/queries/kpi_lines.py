"""The KPIs of one answer: score, pass line, and the reason, made again from the stored text."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from evals import kpis
from evals.domain import rendering
from evals.domain.costs import from_nano
from evals.domain.matrix import ScoreState
from evals.domain.results import Result
from evals.domain.rules import Condition, ConditionState
from evals.domain.snapshot import KpiSpec, Snapshot
from evals.kpis.binding import answer_inputs, row_fields
from evals.kpis.inputs import Inputs
from evals.models import Answer
from evals.queries.kpi_faces import KpiFace
from evals.queries.reading import Reading
from playground.models import Row

# state of the condition → (mark, place in the table: what speaks comes first)
_STATES = {
    ConditionState.FAIL: ("fail", 0),
    ConditionState.ERROR: ("error", 1),
    ConditionState.MISSING: ("waiting", 2),
    ConditionState.PASS: ("pass", 3),
    ConditionState.NOT_APPLICABLE: ("", 4),
}
_WITHOUT_LINE = ("", 5)
_NO_ANSWER = "No answer to score."
_NO_SCORE = {
    ScoreState.MISSING: "Not scored",
    ScoreState.NOT_APPLICABLE: "n/a",
    ScoreState.ERROR: "Error",
}


@dataclass(frozen=True, kw_only=True)
class KpiLine:
    """A row of the KPI table. `state` is empty where there is nothing to judge, or no line.

    `share` and `line_share` are places on the KPI's axis, None where no bar is drawn.
    """

    slot: str
    name: str
    question: str
    required: bool
    state: str
    score: str
    line: str
    share: float | None
    line_share: float | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class Scored:
    """The stored score of one KPI for one answer; `value` counts only with the state VALUE."""

    state: ScoreState
    value: float


def kpi_lines(
    reading: Reading, position: int, variant: int, answer: Answer | None, row: Row | None
) -> tuple[KpiLine, ...]:
    """All KPIs of the run for one answer: what fails first, what has no pass line last."""
    ranked = []
    is_final = reading.is_over if answer is None else answer.status == Answer.Status.ERROR
    for slot, face in reading.kpis.items():
        index = reading.rule.slots.index(slot) if slot in reading.rule.slots else None
        condition = None if index is None else reading.rule.conditions[index]
        mark, rank = _WITHOUT_LINE
        if index is not None:
            mark, rank = _STATES[
                ConditionState(reading.verdicts.conditions[variant, index, position])
            ]
        scored = stored_score(reading, slot, variant, position)
        if is_final:
            line = _unscored(face, condition)
        else:
            reason = _reason(reading.snapshot, face.spec, answer, row)
            line = _line(face, condition, scored, mark=mark, reason=reason)
        ranked.append(((rank, not line.required), line))
    ranked.sort(key=lambda one: one[0])
    return tuple(line for _rank, line in ranked)


def stored_score(reading: Reading, slot: str, variant: int, position: int) -> Scored:
    """What is stored of one score; MISSING for a slot that the run was not scored with."""
    place = reading.matrix.slot_index(slot)
    if place is None:
        return Scored(state=ScoreState.MISSING, value=float("nan"))
    return Scored(
        state=ScoreState(reading.matrix.states[variant, place, position]),
        value=float(reading.matrix.values[variant, place, position]),
    )


def _line(
    face: KpiFace, condition: Condition | None, scored: Scored, *, mark: str, reason: str
) -> KpiLine:
    has_value = scored.state == ScoreState.VALUE
    has_bar = has_value and not face.scale.binary
    line = condition.line if condition else None
    return KpiLine(
        slot=face.spec.slot,
        name=face.name,
        question=face.question,
        required=bool(condition and condition.required),
        state=mark,
        score=rendering.score(scored.value, face.scale) if has_value else _NO_SCORE[scored.state],
        line="" if line is None or face.scale.binary else line.words(face.scale),
        share=face.share(scored.value) if has_bar else None,
        line_share=face.share(line.value) if line and has_bar else None,
        reason=reason,
    )


def _unscored(face: KpiFace, condition: Condition | None) -> KpiLine:
    """The line of a KPI that will never have a score, because there is no answer."""
    nothing = Scored(state=ScoreState.MISSING, value=float("nan"))
    line = _line(face, condition, nothing, mark="", reason=_NO_ANSWER)
    return replace(line, score=rendering.NOTHING)


def _reason(snapshot: Snapshot, spec: KpiSpec, answer: Answer | None, row: Row | None) -> str:
    """Why the score is what it is, from the same code and the same text as when it was made."""
    if answer is None or row is None or answer.status != Answer.Status.OK:
        return ""
    try:
        if kpis.code_hash(spec.key) != spec.code_hash:
            return "Scored by an earlier version of this KPI; the reason cannot be made again."
    except KeyError:
        return "This KPI is not part of Evalground any more; its scores are kept."
    inputs = _inputs(snapshot, spec, answer, row.cells)
    result: Result = kpis.score(spec.key, params=spec.params, inputs=inputs)
    return result.reason


def _inputs(snapshot: Snapshot, spec: KpiSpec, answer: Answer, cells: Mapping[str, str]) -> Inputs:
    fields = row_fields(snapshot.columns, cells, spec.inputs)
    evidence = fields.get("evidence", ())
    variant = snapshot.variants[answer.variant]
    cost = from_nano(answer.cost_nano)
    return answer_inputs(
        fields,
        response=answer.text,
        context_used=evidence if variant.use_context and isinstance(evidence, tuple) else (),
        latency_ms=answer.latency_ms,
        cost_usd=None if cost is None else float(cost),
        tokens_in=answer.tokens_in,
        tokens_out=answer.tokens_out,
        finish_reason=answer.finish_reason or None,
        is_imported=variant.is_imported,
    )
