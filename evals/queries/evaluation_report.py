"""A finished run as plain values: for the table and the JSON of `manage.py evaluate`."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np

from evals.domain import rendering
from evals.domain.matrix import ScoreState
from evals.domain.rules import Verdict, reasons, sentence
from evals.domain.snapshot import VariantSpec, letter
from evals.models import Answer
from evals.queries.costs import cost_of
from evals.queries.reading import Reading

_STATE_WORDS = {
    ScoreState.MISSING: "missing",
    ScoreState.NOT_APPLICABLE: "not_applicable",
    ScoreState.ERROR: "error",
}


def as_json(reading: Reading) -> dict[str, Any]:
    """Settings, answers, scores, verdicts and summary, ready for `json.dump`.

    Rows count from 1, variants are letters, costs are US dollars, None is unknown.
    """
    return {
        "settings": {"run": reading.run.number, **reading.snapshot.to_json()},
        "rule": sentence(reading.rule, reading.names, reading.scales),
        "answers": list(_answers(reading)),
        "scores": list(_scores(reading)),
        "verdicts": list(_verdicts(reading)),
        "summary": [_summary(reading, index) for index in range(len(reading.snapshot.variants))],
    }


def table(reading: Reading) -> str:
    """The outcome of each variant in aligned columns, and the rule as a sentence."""
    rows = [
        ("", "Variant", "Accuracy", "95 % interval", "Decided", "Pass", "Fail", "Open", "Errors")
    ]
    for index, one in enumerate(reading.accuracies):
        interval = one.interval
        rows.append(
            (
                letter(index),
                _name(reading.snapshot.variants[index]),
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
    return "\n".join([*lines, "", sentence(reading.rule, reading.names, reading.scales)])


def _name(variant: VariantSpec) -> str:
    """The variant's name, and where its answers come from when no model gave them."""
    if variant.is_simulated:
        return f"{variant.name} (simulated)"
    return f"{variant.name} (imported)" if variant.is_imported else variant.name


def _answers(reading: Reading) -> Iterator[dict[str, Any]]:
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
            "cost_usd": _number(cost_of(answer)),
            "latency_ms": answer.latency_ms,
            "finish_reason": answer.finish_reason or None,
        }


def _scores(reading: Reading) -> Iterator[dict[str, Any]]:
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


def _verdicts(reading: Reading) -> Iterator[dict[str, Any]]:
    for position in range(reading.verdicts.matrix.positions):
        for variant in range(reading.verdicts.matrix.variants):
            verdict = Verdict(int(reading.verdicts.codes[variant, position]))
            yield {
                "row": position + 1,
                "variant": letter(variant),
                "verdict": verdict.name.lower(),
                "reasons": reasons(
                    reading.rule,
                    reading.verdicts,
                    variant,
                    position,
                    reading.names,
                    reading.scales,
                ),
            }


def _summary(reading: Reading, index: int) -> dict[str, Any]:
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


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)
