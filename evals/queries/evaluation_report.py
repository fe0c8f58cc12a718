"""A finished run as plain values: for the table and the JSON of `manage.py evaluate`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from evals.domain import rendering
from evals.domain.matrix import ScoreState
from evals.domain.rules import Rule, Verdict, Verdicts, reasons, sentence
from evals.domain.snapshot import Snapshot, letter
from evals.domain.statistics import Accuracy, accuracy
from evals.models import Answer, Run
from evals.queries.kpi_faces import KpiFace, faces
from evals.queries.verdicts import current_rule, verdicts

_STATE_WORDS = {
    ScoreState.MISSING: "missing",
    ScoreState.NOT_APPLICABLE: "not_applicable",
    ScoreState.ERROR: "error",
}
_NANO = 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class RunReading:
    """A run with its rule and verdicts, read once."""

    run: Run
    snapshot: Snapshot
    rule: Rule
    verdicts: Verdicts
    faces: dict[str, KpiFace]

    @property
    def accuracies(self) -> list[Accuracy]:
        """The accuracy of each variant, in order."""
        return [accuracy(row) for row in self.verdicts.codes]

    @property
    def names(self) -> dict[str, str]:
        return {slot: face.name for slot, face in self.faces.items()}


def read(run: Run) -> RunReading:
    """The run with its current rule applied. No model is called."""
    snapshot = Snapshot.from_json(run.spec.snapshot)
    rule = current_rule(run).rule
    found = verdicts(run, rule)
    return RunReading(
        run=run,
        snapshot=snapshot,
        rule=rule,
        verdicts=found,
        faces=faces(snapshot.kpis, found.matrix),
    )


def as_json(reading: RunReading) -> dict[str, Any]:
    """Settings, answers, scores, verdicts and summary, ready for `json.dump`.

    Rows count from 1, variants are letters, costs are US dollars, None is unknown.
    """
    return {
        "settings": {"run": reading.run.number, **reading.snapshot.to_json()},
        "rule": sentence(reading.rule, reading.names),
        "answers": list(_answers(reading)),
        "scores": list(_scores(reading)),
        "verdicts": list(_verdicts(reading)),
        "summary": [_summary(reading, index) for index in range(len(reading.snapshot.variants))],
    }


def table(reading: RunReading) -> str:
    """The outcome of each variant in aligned columns, and the rule as a sentence."""
    rows = [
        ("", "Variant", "Accuracy", "95 % interval", "Judged", "Pass", "Fail", "Open", "Errors")
    ]
    for index, one in enumerate(reading.accuracies):
        interval = one.interval
        rows.append(
            (
                letter(index),
                reading.snapshot.variants[index].name,
                rendering.percent(one.value, decimals=1),
                f"{rendering.percent(interval.low)} to {rendering.percent(interval.high)}"
                if interval
                else rendering.percent(None),
                f"{one.decided} of {one.all}",
                str(one.passes),
                str(one.fails),
                str(one.undecided + one.waiting),
                str(one.errors),
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([*lines, "", sentence(reading.rule, reading.names)])


def _answers(reading: RunReading) -> Iterator[dict[str, Any]]:
    stored = Answer.objects.filter(run_id=reading.run.pk).order_by("position", "variant")
    for answer in stored.iterator(chunk_size=2_000):
        yield {
            "row": answer.position + 1,
            "variant": letter(answer.variant),
            "status": Answer.Status(answer.status).label,
            "text": answer.text,
            "error_class": answer.error_class or None,
            "error": answer.error_text or None,
            "tokens_in": answer.tokens_in,
            "tokens_out": answer.tokens_out,
            "cost_usd": None if answer.cost_nano is None else answer.cost_nano / _NANO,
            "latency_ms": answer.latency_ms,
            "finish_reason": answer.finish_reason or None,
        }


def _scores(reading: RunReading) -> Iterator[dict[str, Any]]:
    matrix = reading.verdicts.matrix
    for position in range(matrix.positions):
        for variant in range(matrix.variants):
            for index, slot in enumerate(matrix.slots):
                state = ScoreState(int(matrix.states[variant, index, position]))
                place = {"row": position + 1, "variant": letter(variant), "kpi": slot}
                if state == ScoreState.VALUE:
                    yield {**place, "value": float(matrix.values[variant, index, position])}
                else:
                    yield {**place, "state": _STATE_WORDS[state]}


def _verdicts(reading: RunReading) -> Iterator[dict[str, Any]]:
    for position in range(reading.verdicts.matrix.positions):
        for variant in range(reading.verdicts.matrix.variants):
            verdict = Verdict(int(reading.verdicts.codes[variant, position]))
            yield {
                "row": position + 1,
                "variant": letter(variant),
                "verdict": verdict.name.lower(),
                "reasons": reasons(
                    reading.rule, reading.verdicts, variant, position, reading.names
                ),
            }


def _summary(reading: RunReading, index: int) -> dict[str, Any]:
    one = reading.accuracies[index]
    latencies = reading.verdicts.matrix.latency_ms[index]
    known = latencies[~np.isnan(latencies)]
    return {
        "variant": letter(index),
        "name": reading.snapshot.variants[index].name,
        "accuracy": one.value,
        "interval": [one.interval.low, one.interval.high] if one.interval else None,
        "n": one.decided,
        "coverage": one.coverage,
        "pass": one.passes,
        "fail": one.fails,
        "undecided": one.undecided,
        "error": one.errors,
        "waiting": one.waiting,
        "latency_p50_ms": float(np.median(known)) if known.size else None,
    }
